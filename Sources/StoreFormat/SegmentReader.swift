import Bytes
import CZstd
public import LogModel

/// Reads segments one after another; keeps its buffers between them. One thread at a time.
public final class SegmentReader {
  /// Nanoseconds since 1970, in order.
  public private(set) var timestamps: [Int64] = []
  /// Where lines end in the text; line `i` starts where the one before it ends.
  public private(set) var ends: [Int] = []
  /// The different sets of structured metadata.
  public private(set) var sets: [[Label]] = []
  private var choices: [Int] = []
  private var index = ByteBuffer(capacity: 1 << 12)
  private var text = ByteBuffer(capacity: 1 << 16)
  private let context: OpaquePointer

  public init() {
    guard let context = ZSTD_createDCtx() else { preconditionFailure("zstd: no memory for a decompression context") }
    self.context = context
  }

  deinit { ZSTD_freeDCtx(context) }

  public var count: Int { timestamps.count }

  /// Which set entry `place` has: 0 none, n the nth of `sets`.
  public func choice(_ place: Int) -> Int { choices.isEmpty ? 0 : choices[place] }

  /// The structured metadata of entry `place`.
  public func metadata(_ place: Int) -> [Label] {
    let choice = choice(place)
    return choice == 0 ? [] : sets[choice - 1]
  }

  /// Bytes of line `place`.
  public func length(_ place: Int) -> Int { ends[place] - (place == 0 ? 0 : ends[place - 1]) }

  /// All lines back to back. Valid until the next `readText`.
  public var textBytes: UnsafeBufferPointer<UInt8> { text.bytes }

  /// Line `place`, after `readText`. Valid until the next one.
  public func line(_ place: Int) -> UnsafeBufferPointer<UInt8> {
    let start = place == 0 ? 0 : ends[place - 1]
    return UnsafeBufferPointer(rebasing: text.bytes[start..<ends[place]])
  }

  /// Reads an index block.
  ///
  /// - Throws: `SegmentError` when it is damaged.
  public func readIndex(_ block: UnsafeRawBufferPointer) throws(SegmentError) {
    timestamps.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    choices.removeAll(keepingCapacity: true)
    sets.removeAll()
    try Block.decode(.index, block, into: &index, context: context)
    let bytes = UnsafeRawBufferPointer(index.bytes)
    var offset = 0
    // Every entry takes a byte at least, so that a forged count cannot ask for more memory than its block is long.
    let count = try number(bytes, &offset, atMost: bytes.count)
    guard count > 0 else { throw SegmentError("segment without entries") }
    guard let unit = Varint.read(bytes, at: &offset), [1, 1_000, 1_000_000, 1_000_000_000].contains(unit),
      let first = Varint.read(bytes, at: &offset)
    else { throw SegmentError("segment with a broken clock") }
    var time = ZigZag.decode(first)
    timestamps.reserveCapacity(count)
    timestamps.append(time)
    for _ in 1..<count {
      guard let delta = Varint.read(bytes, at: &offset) else { throw SegmentError("segment index is cut short") }
      let (step, isTooLarge) = delta.multipliedReportingOverflow(by: unit)
      let (next, overflows) = time.addingReportingOverflow(Int64(truncatingIfNeeded: step))
      guard !isTooLarge, !overflows, next >= time else { throw SegmentError("segment with times out of order") }
      time = next
      timestamps.append(time)
    }
    ends.reserveCapacity(count)
    var end = 0
    for _ in 0..<count {
      end += try number(bytes, &offset, atMost: Block.largestContent - end)
      ends.append(end)
    }
    try readMetadata(bytes, &offset, count: count)
    guard offset == bytes.count else { throw SegmentError("segment index has bytes left over") }
  }

  private func readMetadata(_ bytes: UnsafeRawBufferPointer, _ offset: inout Int, count: Int) throws(SegmentError) {
    let setCount = try number(bytes, &offset, atMost: bytes.count)
    guard setCount > 0 else { return }
    for _ in 0..<setCount {
      let labelCount = try number(bytes, &offset, atMost: bytes.count - offset)
      var set: [Label] = []
      for _ in 0..<labelCount {
        let name = try string(bytes, &offset)
        set.append(Label(name, try string(bytes, &offset)))
      }
      sets.append(set)
    }
    choices.reserveCapacity(count)
    for _ in 0..<count { choices.append(try number(bytes, &offset, atMost: setCount)) }
  }

  private func number(_ bytes: UnsafeRawBufferPointer, _ offset: inout Int, atMost limit: Int) throws(SegmentError)
    -> Int
  {
    guard let value = Varint.read(bytes, at: &offset), value <= UInt64(max(0, limit)) else {
      throw SegmentError("segment index holds a number that does not fit")
    }
    return Int(value)
  }

  private func string(_ bytes: UnsafeRawBufferPointer, _ offset: inout Int) throws(SegmentError) -> String {
    let length = try number(bytes, &offset, atMost: bytes.count - offset)
    guard length <= bytes.count - offset else { throw SegmentError("segment index is cut short") }
    defer { offset += length }
    return String(decoding: bytes[offset..<(offset + length)], as: UTF8.self)
  }

  /// Reads the text block that belongs to the index read last.
  ///
  /// - Throws: `SegmentError` when it is damaged or belongs to another index.
  public func readText(_ block: UnsafeRawBufferPointer) throws(SegmentError) {
    try Block.decode(.text, block, into: &text, context: context)
    guard text.count == ends.last ?? 0 else { throw SegmentError("segment text does not fit its index") }
  }
}
