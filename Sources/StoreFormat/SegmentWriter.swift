import Bytes
import CZstd
public import LogModel

/// A segment as it is kept: what the store searches by, and the two blocks.
public struct EncodedSegment: Sendable {
  /// Nanoseconds since 1970, of the first and the last entry.
  public var minTime: Int64
  public var maxTime: Int64
  public var count: Int
  /// Bytes of the lines.
  public var rawBytes: Int
  public var hasMetadata: Bool
  public var index: [UInt8]
  public var text: [UInt8]
}

/// Collects entries of one stream and makes segments of them. Keeps its buffers from one segment to the next; one
/// thread at a time.
public final class SegmentWriter {
  private struct Entry {
    var timestamp: Int64
    var start: Int
    var end: Int
    /// 0 = no metadata, n = the nth set.
    var choice: Int
  }

  private var entries: [Entry] = []
  private var text = ByteBuffer(capacity: 1 << 16)
  private var sorted = ByteBuffer(capacity: 64)
  private var index = ByteBuffer(capacity: 1 << 12)
  private var sets: [[Label]] = []
  private var setNumbers: [[Label]: Int] = [:]
  private var isSorted = true
  private let context: OpaquePointer

  public init() {
    guard let context = ZSTD_createCCtx() else { preconditionFailure("zstd: no memory for a compression context") }
    self.context = context
  }

  deinit { ZSTD_freeCCtx(context) }

  public var isEmpty: Bool { entries.isEmpty }
  /// Bytes of the lines so far.
  public var rawBytes: Int { text.count }

  /// - Parameters:
  ///   - timestamp: nanoseconds since 1970; any order.
  ///   - metadata: structured metadata, empty for none.
  public func append(timestamp: Int64, line: UnsafeRawBufferPointer, metadata: [Label] = []) {
    if let last = entries.last, last.timestamp > timestamp { isSorted = false }
    let start = text.count
    text.append(line.assumingMemoryBound(to: UInt8.self))
    var choice = 0
    if !metadata.isEmpty {
      choice = setNumbers[metadata] ?? 0
      if choice == 0 {
        sets.append(metadata)
        choice = sets.count
        setNumbers[metadata] = choice
      }
    }
    entries.append(Entry(timestamp: timestamp, start: start, end: text.count, choice: choice))
  }

  /// Forgets what was appended.
  public func removeAll() {
    entries.removeAll(keepingCapacity: true)
    text.removeAll()
    sets.removeAll()
    setNumbers.removeAll()
    isSorted = true
  }

  /// The segment of all entries appended since the last one: sorted by time, exact copies left out. `nil` when there
  /// were none.
  ///
  /// - Parameter level: zstd's, 1 to 19.
  public func finish(level: Int32) throws(SegmentError) -> EncodedSegment? {
    defer { removeAll() }
    if !isSorted {
      // Equal times keep their order of arrival: their places in the text grow.
      entries.sort { ($0.timestamp, $0.start) < ($1.timestamp, $1.start) }
    }
    let hadCopies = dropCopies()
    guard let first = entries.first, let last = entries.last else { return nil }
    let isContiguous = isSorted && !hadCopies
    if !isContiguous {
      sorted.removeAll()
      for entry in entries { sorted.append(line(entry)) }
    }
    writeIndex(first: first.timestamp)
    let rawBytes = isContiguous ? text.count : sorted.count
    return EncodedSegment(
      minTime: first.timestamp, maxTime: last.timestamp, count: entries.count, rawBytes: rawBytes,
      hasMetadata: !sets.isEmpty,
      index: try Block.encode(.index, index.bytes, level: level, context: context),
      text: try Block.encode(.text, isContiguous ? text.bytes : sorted.bytes, level: level, context: context))
  }

  private func line(_ entry: Entry) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: text.base + entry.start, count: entry.end - entry.start)
  }

  /// Leaves out entries equal to an earlier one in time, line and metadata.
  private func dropCopies() -> Bool {
    var copies: Set<Int> = []
    var start = 0
    while start < entries.count {
      var end = start + 1
      while end < entries.count, entries[end].timestamp == entries[start].timestamp { end += 1 }
      if end - start > 1 { findCopies(in: start..<end, &copies) }
      start = end
    }
    if copies.isEmpty { return false }
    entries = entries.enumerated().filter { !copies.contains($0.offset) }.map(\.element)
    return true
  }

  private func findCopies(in run: Range<Int>, _ copies: inout Set<Int>) {
    var byHash: [UInt64: [Int]] = [:]
    for place in run {
      let entry = entries[place]
      let bytes = line(entry)
      let hash = Hash.bytes(bytes, seed: UInt64(entry.choice))
      let isCopy = byHash[hash, default: []].contains { other in
        entries[other].choice == entry.choice && line(entries[other]).elementsEqual(bytes)
      }
      if isCopy { copies.insert(place) } else { byHash[hash, default: []].append(place) }
    }
  }

  private func writeIndex(first: Int64) {
    index.removeAll()
    index.append(varint: UInt64(entries.count))
    let unit = largestUnit(first)
    index.append(varint: unit)
    index.append(varint: ZigZag.encode(first))
    var before = first
    for entry in entries.dropFirst() {
      index.append(varint: UInt64(bitPattern: entry.timestamp &- before) / unit)
      before = entry.timestamp
    }
    for entry in entries { index.append(varint: UInt64(entry.end - entry.start)) }
    index.append(varint: UInt64(sets.count))
    guard !sets.isEmpty else { return }
    for set in sets {
      index.append(varint: UInt64(set.count))
      for label in set {
        index.append(varint: UInt64(label.name.utf8.count))
        index.append(label.name)
        index.append(varint: UInt64(label.value.utf8.count))
        index.append(label.value)
      }
    }
    for entry in entries { index.append(varint: UInt64(entry.choice)) }
  }

  /// The coarsest tick that all times fall on, counted from the first.
  private func largestUnit(_ first: Int64) -> UInt64 {
    var unit: UInt64 = 1_000_000_000
    for entry in entries {
      let since = UInt64(bitPattern: entry.timestamp &- first)
      while since % unit != 0 { unit /= 1000 }
      if unit == 1 { break }
    }
    return unit
  }
}

enum ZigZag {
  static func encode(_ value: Int64) -> UInt64 { UInt64(bitPattern: (value &<< 1) ^ (value >> 63)) }
  static func decode(_ value: UInt64) -> Int64 { Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }
}
