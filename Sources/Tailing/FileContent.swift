import Bytes
import Decompression
import Positions
import Syscalls

/// The bytes of an open file: as they lie there, or what they inflate to. Offsets count what comes out.
///
/// Owned by one reader's thread.
final class FileContent {
  private(set) var handle: FileHandle
  let compression: CompressionFormat?
  private let files: any FileSystem
  private var inflation: Inflation?
  private var isOwner = true

  /// How far inflating has come.
  private struct Inflation {
    static let inputSize = 64 << 10

    var decompressor: Decompressor
    /// The next compressed byte to read from the file.
    var inputOffset: UInt64 = 0
    var input = [UInt8]()
    var used = 0
    /// Bytes that came out: where the next one lies.
    var produced: UInt64 = 0
    /// What the file was when its bytes turned out to be no such stream.
    var corruptAt: FileStatus?
  }

  init(_ handle: FileHandle, compression: CompressionFormat? = nil, files: any FileSystem) {
    self.handle = handle
    self.compression = compression
    self.files = files
  }

  func close() {
    if isOwner { files.close(handle) }
  }

  /// The same file for someone else, who closes it from now on.
  func handOver() -> FileContent {
    isOwner = false
    return FileContent(handle, compression: compression, files: files)
  }

  var status: Result<FileStatus, Errno> { files.status(of: handle) }

  /// Reads up to the buffer's size; 0 at the end. Compressed files are meant to be read forwards: going back begins anew.
  func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) -> Result<Int, Errno> {
    guard let compression else { return files.read(handle, at: offset, into: buffer) }
    if inflation == nil || inflation!.produced > offset || isMended {
      inflation = Inflation(decompressor: Decompressor(compression))
    }
    while inflation!.produced < offset {
      let skipped = withUnsafeTemporaryAllocation(byteCount: Inflation.inputSize, alignment: 8) { scratch in
        inflate(
          into: UnsafeMutableRawBufferPointer(
            rebasing: scratch[..<Int(min(UInt64(scratch.count), offset - inflation!.produced))]))
      }
      guard case .success(let count) = skipped, count > 0 else { return skipped }
    }
    var filled = 0
    while filled < buffer.count {
      switch inflate(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])) {
      case .success(0): return .success(filled)
      case .success(let count): filled += count
      case .failure(let error): return filled > 0 ? .success(filled) : .failure(error)
      }
    }
    return .success(filled)
  }

  /// The bytes are no stream of the format that was asked for, or stop being one.
  var isCorrupt: Bool { inflation?.corruptAt != nil }

  /// What was read ends where a compressed stream ends: nothing is missing.
  var isStreamEnded: Bool { inflation?.decompressor.isAtStreamEnd ?? false }

  /// Bytes of the file that were taken in; for a plain file nil.
  var consumed: UInt64? { inflation.map { $0.inputOffset - UInt64($0.input.count - $0.used) } }

  /// Forgets how far inflating has come: the file was written anew.
  func rewind() { inflation = nil }

  /// A corrupt file that has changed since is tried again.
  private var isMended: Bool {
    guard let corruptAt = inflation?.corruptAt, case .success(let now) = status else { return false }
    return now.size != corruptAt.size || now.modified != corruptAt.modified
  }

  private func inflate(into output: UnsafeMutableRawBufferPointer) -> Result<Int, Errno> {
    while true {
      if isCorrupt { return .success(0) }
      if inflation!.used == inflation!.input.count, case .failure(let error) = readInput() { return .failure(error) }
      let decompressor = inflation!.decompressor
      let step = inflation!.input[inflation!.used...].withUnsafeBytes { decompressor.step($0, into: output) }
      inflation!.used += step.consumed
      inflation!.produced += UInt64(step.produced)
      if step.isCorrupt, case .success(let now) = status { inflation!.corruptAt = now }
      if step.produced > 0 { return .success(step.produced) }
      if inflation!.input.isEmpty { return .success(0) }
      // Nothing moves: more input is needed, and the next read tells whether there is any.
      if step.consumed == 0, inflation!.used < inflation!.input.count { return .success(0) }
    }
  }

  private func readInput() -> Result<Void, Errno> {
    let offset = inflation!.inputOffset
    var failure: Errno?
    let input = [UInt8](unsafeUninitializedCapacity: Inflation.inputSize) { buffer, count in
      switch files.read(handle, at: offset, into: UnsafeMutableRawBufferPointer(buffer)) {
      case .success(let got): count = got
      case .failure(let error): failure = error
      }
    }
    if let failure { return .failure(failure) }
    inflation!.input = input
    inflation!.used = 0
    inflation!.inputOffset += UInt64(input.count)
    return .success(())
  }
}

extension FileContent {
  /// What the content begins with; nothing where it cannot be read.
  func fingerprint(length: Int) -> Fingerprint { beginning(length: length) ?? .empty }

  private func beginning(length: Int) -> Fingerprint? {
    withUnsafeTemporaryAllocation(byteCount: Fingerprint.full, alignment: 8) { bytes in
      let wanted = UnsafeMutableRawBufferPointer(rebasing: bytes[..<max(0, min(length, Fingerprint.full))])
      guard case .success(let count) = readFully(at: 0, into: wanted) else { return nil }
      return count == 0
        ? .empty : Fingerprint(length: count, hash: Hash.bytes(UnsafeRawBufferPointer(rebasing: wanted[..<count])))
    }
  }

  /// Whether the content begins with this, as far as it goes; not so where it cannot be read.
  func begins(with fingerprint: Fingerprint) -> Bool { matches(fingerprint) ?? false }

  /// Whether the content begins with something else, or is shorter; not so where it cannot be read.
  func differs(from fingerprint: Fingerprint) -> Bool { matches(fingerprint) == false }

  private func matches(_ fingerprint: Fingerprint) -> Bool? {
    fingerprint.length > 0 ? beginning(length: fingerprint.length).map { $0 == fingerprint } : nil
  }

  /// What became of a beginning that was shorter than `Fingerprint.full`.
  enum Growth {
    case grown(Fingerprint)
    case differs
    case unknown
  }

  /// Looks whether the content begins with this and how much further its beginning goes by now.
  func growth(of fingerprint: Fingerprint) -> Growth {
    withUnsafeTemporaryAllocation(byteCount: Fingerprint.full, alignment: 8) { bytes in
      guard case .success(var count) = read(at: 0, into: bytes) else { return .unknown }
      if count < fingerprint.length {
        // A read may give less than is there.
        guard case .success(let all) = readFully(at: 0, into: bytes) else { return .unknown }
        count = all
      }
      func beginning(_ length: Int) -> UInt64 { Hash.bytes(UnsafeRawBufferPointer(rebasing: bytes[..<length])) }
      if count < fingerprint.length || (fingerprint.length > 0 && beginning(fingerprint.length) != fingerprint.hash) {
        return .differs
      }
      return count == 0 ? .grown(.empty) : .grown(Fingerprint(length: count, hash: beginning(count)))
    }
  }

  /// What stands before an offset; nothing where it cannot be read.
  func tail(before offset: UInt64) -> ReadTail {
    var tail = ReadTail()
    let length = min(offset, UInt64(ReadTail.length))
    if length == 0 || compression != nil { return tail }
    withUnsafeTemporaryAllocation(byteCount: ReadTail.length, alignment: 8) { bytes in
      let wanted = UnsafeMutableRawBufferPointer(rebasing: bytes[..<Int(length)])
      guard case .success(let count) = readFully(at: offset - length, into: wanted), count == length else { return }
      tail.note(UnsafeRawBufferPointer(wanted))
    }
    return tail
  }

  /// Fills the buffer although a read may give less than is there.
  func readFully(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) -> Result<Int, Errno> {
    var filled = 0
    while filled < buffer.count {
      switch read(at: offset + UInt64(filled), into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])) {
      case .success(0): return .success(filled)
      case .success(let count): filled += count
      case .failure(let error): return .failure(error)
      }
    }
    return .success(filled)
  }
}
