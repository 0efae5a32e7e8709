import Decompression
import Positions
import Syscalls

/// A file that was rotated away from a path without being read to its end, open and with the place to go on from.
struct MissedFile {
  var content: FileContent
  var identity: FileIdentity
  var resume: Resume
  /// What the last run knew of it.
  var record: FilePosition?
  /// It is not the file that the record is about, but a copy of it.
  var isCopy: Bool { record.map { $0.identity != identity } ?? false }
  /// When it was written last: nanoseconds since 1970.
  var modified: Int64
}

/// What a file was up to the moment at which it was truncated.
struct TruncatedContent {
  var fingerprint: Fingerprint
  /// How far it was read, and what stood before that.
  var offset: UInt64
  var tail: ReadTail

  /// Whether a file holds what this one held.
  func isHeld(by content: FileContent) -> Bool {
    guard content.begins(with: fingerprint) else { return false }
    if content.compression != nil || tail.count == 0 { return true }
    return content.holds(tail, before: offset)
  }
}

extension FileContent {
  /// Whether these bytes stand before the offset; not so where it cannot be read.
  func holds(_ tail: ReadTail, before offset: UInt64) -> Bool { stands(tail, before: offset) ?? false }

  /// Whether other bytes, or none, stand before the offset; not so where it cannot be read.
  func lost(_ tail: ReadTail, before offset: UInt64) -> Bool { stands(tail, before: offset) == false }

  private func stands(_ tail: ReadTail, before offset: UInt64) -> Bool? {
    withUnsafeTemporaryAllocation(byteCount: ReadTail.length, alignment: 8) { bytes in
      let wanted = UnsafeMutableRawBufferPointer(rebasing: bytes[..<tail.count])
      guard case .success(let count) = readFully(at: offset - UInt64(tail.count), into: wanted) else { return nil }
      return count == tail.count && tail.matches(UnsafeRawPointer(wanted.baseAddress!))
    }
  }
}

/// Looks for files beside a path that once lay under it.
struct RotatedSiblings {
  let files: any FileSystem
  let directory: String
  let base: String

  init(of path: String, files: any FileSystem) {
    self.files = files
    let cut = path.lastIndex(of: "/") ?? path.startIndex
    directory = String(path[..<cut])
    base = String(path[path.index(after: cut)...])
  }

  struct Candidate {
    var path: String
    var status: FileStatus
    var compression: CompressionFormat?
  }

  /// Regular files in the directory; `isNamed` decides which names count.
  func candidates(where isNamed: (String) -> Bool) -> [Candidate] {
    guard case .success(let entries) = files.entries(of: directory.isEmpty ? "/" : directory) else { return [] }
    return entries.compactMap { entry in
      guard entry.kind != .directory, entry.name != base, isNamed(entry.name) else { return nil }
      let path = directory + "/" + entry.name
      guard case .success(let status) = files.status(at: path), status.kind == .regular else { return nil }
      return Candidate(path: path, status: status, compression: CompressionFormat(fileName: entry.name))
    }
  }

  func open(_ candidate: Candidate, as compression: CompressionFormat?) -> FileContent? {
    guard case .success(let handle) = files.openForReading(candidate.path) else { return nil }
    let content = FileContent(handle, compression: compression, files: files)
    // Between the look and the opening it may have become another.
    if case .success(let status) = content.status, status.identity == candidate.status.identity { return content }
    content.close()
    return nil
  }
}
