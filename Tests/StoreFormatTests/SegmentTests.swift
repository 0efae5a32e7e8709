import Bytes
import LogModel
import StoreFormat
import Testing

@Suite struct SegmentTests {
  typealias Entry = (time: Int64, line: String, metadata: [Label])

  private func encode(_ entries: [Entry]) throws -> EncodedSegment {
    let writer = SegmentWriter()
    for entry in entries {
      var line = entry.line
      line.withUTF8 { writer.append(timestamp: entry.time, line: UnsafeRawBufferPointer($0), metadata: entry.metadata) }
    }
    return try #require(try writer.finish(level: 1))
  }

  private func decode(_ segment: EncodedSegment) throws -> [Entry] {
    let reader = SegmentReader()
    try readIndex(reader, segment.index)
    try readText(reader, segment.text)
    return (0..<reader.count).map {
      (reader.timestamps[$0], String(decoding: reader.line($0), as: UTF8.self), reader.metadata($0))
    }
  }

  private func readIndex(_ reader: SegmentReader, _ block: [UInt8]) throws {
    try block.withUnsafeBytes { try reader.readIndex($0) }
  }

  private func readText(_ reader: SegmentReader, _ block: [UInt8]) throws {
    try block.withUnsafeBytes { try reader.readText($0) }
  }

  @Test func roundTrip() throws {
    let entries: [Entry] = [
      (-5, "before 1970", []), (0, "", []), (1_768_557_601_000_000_000, "x\u{0}y", [Label("a", "1")]),
      (1_768_557_601_000_000_001, "é😀", [Label("a", "1"), Label("b", "")]),
      (Int64.max, "last", [Label("a", "1")]),
    ]
    let segment = try encode(entries)
    #expect(segment.minTime == -5 && segment.maxTime == .max && segment.count == 5 && segment.hasMetadata)
    let back = try decode(segment)
    #expect(back.map(\.time) == entries.map(\.time))
    #expect(back.map(\.line) == entries.map(\.line))
    #expect(back.map(\.metadata) == entries.map(\.metadata))
  }

  @Test func sortsByTimeAndKeepsArrivalAmongEquals() throws {
    let segment = try encode([(3, "c", []), (1, "b", []), (3, "a", []), (1, "a", []), (2, "z", [])])
    let back = try decode(segment)
    #expect(back.map(\.line) == ["b", "a", "z", "c", "a"])
    #expect(back.map(\.time) == [1, 1, 2, 3, 3])
  }

  @Test func dropsExactCopiesOnly() throws {
    let meta = [Label("m", "1")]
    let segment = try encode([(1, "a", []), (1, "a", []), (1, "a", meta), (1, "b", []), (2, "a", []), (1, "a", meta)])
    let back = try decode(segment)
    #expect(back.map(\.line) == ["a", "a", "b", "a"])
    #expect(segment.rawBytes == 4)
  }

  @Test(arguments: [1, 1_000, 1_000_000, 1_000_000_000, 1_500_000_000] as [Int64])
  func everyTickRoundTrips(tick: Int64) throws {
    let start: Int64 = 1_768_557_601_123_456_789
    let segment = try encode((0..<100).map { (start + $0 * tick, "line \($0)", []) })
    #expect(try decode(segment).map(\.time) == (0..<100).map { start + $0 * tick })
  }

  @Test func writerCanBeUsedAgain() throws {
    let writer = SegmentWriter()
    #expect(try writer.finish(level: 1) == nil)
    for round in 0..<3 {
      "line \(round)".utf8.withContiguousStorageIfAvailable {
        writer.append(timestamp: Int64(round), line: UnsafeRawBufferPointer($0))
      }
      let segment = try #require(try writer.finish(level: 1))
      #expect(try decode(segment).map(\.line) == ["line \(round)"])
    }
  }

  /// Every single-byte fault is found by the checksum; none may crash.
  @Test func damageIsAnError() throws {
    let segment = try encode((0..<20).map { ($0 * 7, "line \($0)", [Label("a", "\($0)")]) })
    let reader = SegmentReader()
    for place in segment.index.indices {
      var damaged = segment.index
      damaged[place] ^= 0x41
      #expect(throws: SegmentError.self) {
        try readIndex(reader, damaged)
      }
      #expect(throws: SegmentError.self) {
        try readIndex(reader, Array(segment.index[..<place]))
      }
    }
  }

  @Test func textOfAnotherSegmentIsRefused() throws {
    let one = try encode([(1, "abc", [])])
    let other = try encode([(1, "abcd", [])])
    let reader = SegmentReader()
    try readIndex(reader, one.index)
    #expect(throws: SegmentError.self) {
      try readText(reader, other.text)
    }
    #expect(throws: SegmentError.self) {
      try readText(reader, one.index)
    }
  }
}
