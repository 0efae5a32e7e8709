import Bytes
import LogModel
import Positions
import Testing

@testable import Delivery

@Suite final class BatchBuilderTests {
  private var slots = StreamSlots()

  /// Appends lines of streams and says how many found room.
  private func append(_ builder: inout BatchBuilder, _ lines: [(stream: Int, line: String)]) -> Int {
    var chunk: [UInt8] = []
    var taken = 0
    for (index, item) in lines.enumerated() {
      let start = chunk.count
      chunk += Array(item.line.utf8)
      let record = EntryRecord(
        timestamp: Timestamp(seconds: Int64(100 + index), nanoseconds: UInt32(index)), stream: StreamID(item.stream),
        start: start, length: item.line.utf8.count, isMade: false)
      let count = [record].withUnsafeBufferPointer { records in
        (chunk + [0]).withUnsafeBufferPointer { bytes in
          builder.append(records, chunk: bytes.baseAddress!, made: bytes.baseAddress!, slots: &slots, now: 7)
        }
      }
      if count == 0 { break }
      taken += count
    }
    return taken
  }

  /// The streams of a request with their lines, as a server reads them.
  private func decode(_ batch: SealedBatch) throws -> [String] {
    let bytes = batch.request.wireForm()
    #expect(bytes.count == batch.wireLength)
    return try bytes.withUnsafeBytes { raw in
      try PushRequest(decoding: raw).streams.map { stream in
        let labels = String(decoding: raw[stream.labels], as: UTF8.self)
        let lines = stream.entries.map { "\($0.timestamp):" + String(decoding: raw[$0.line], as: UTF8.self) }
        return "\(labels) \(lines.joined(separator: ","))"
      }
    }
  }

  private func settle(_ batch: SealedBatch) { _ = delivered(batch) }

  /// The tickets of a batch, nil if they have been taken before.
  private func delivered(_ batch: SealedBatch) -> [AckTicket]? {
    guard let receipt = batch.takeReceipt() else { return nil }
    return receipt.delivered()
  }

  @Test func interleaved_streams_come_out_each_with_its_entries_in_order() throws {
    var builder = BatchBuilder(limit: 1000)
    let taken = append(&builder, [(0, "a"), (1, "x"), (0, "b"), (0, ""), (1, "y")])
    #expect(taken == 5)
    let batch = builder.seal { Array("{s=\"\($0.index)\"}".utf8) }
    #expect(batch.entries == 5)
    #expect(batch.size == 4)
    #expect(
      try decode(batch) == [
        #"{s="0"} 100000000000:a,102000000002:b,103000000003:"#, #"{s="1"} 101000000001:x,104000000004:y"#,
      ])
    settle(batch)
    let isEmpty = builder.isEmpty
    #expect(isEmpty)
    let more = append(&builder, [(1, "z")])
    #expect(more == 1)
    let next = builder.seal { Array("{s=\"\($0.index)\"}".utf8) }
    #expect(try decode(next) == [#"{s="1"} 100000000000:z"#])
    settle(next)
  }

  @Test func an_entry_beyond_the_limit_begins_the_next_batch_unless_it_is_alone() {
    var builder = BatchBuilder(limit: 5)
    let alone = append(&builder, [(0, "1234567890")])
    #expect(alone == 1)
    let beside = append(&builder, [(0, "a")])
    #expect(beside == 0)
    settle(builder.seal { _ in [] })
    let fitting = append(&builder, [(0, "ab"), (0, "cde"), (0, "f")])
    #expect(fitting == 2)
    settle(builder.seal { _ in [] })
  }

  @Test func empty_lines_do_not_make_a_batch_without_end() {
    var builder = BatchBuilder(limit: 100)
    let taken = append(&builder, Array(repeating: (0, ""), count: 200_000))
    #expect(taken < 200_000)
    settle(builder.seal { _ in [] })
  }

  @Test(arguments: [2, 3, 10, 101]) func halves_hold_every_entry_once(count: Int) throws {
    var builder = BatchBuilder(limit: 1 << 20)
    let lines = (0..<count).map { (stream: $0 % 3, line: "line \($0)") }
    #expect(append(&builder, lines) == count)
    let batch = builder.seal { Array("{s=\"\($0.index)\"}".utf8) }
    let (first, second) = try #require(batch.halves(by: KeepingOutput()))
    #expect(first.entries == count / 2)
    #expect(first.entries + second.entries == count)
    func entries(_ batches: [SealedBatch]) throws -> Set<String> {
      var all: [String] = []
      for stream in try batches.flatMap({ try decode($0) }) {
        let parts = stream.split(separator: " ", maxSplits: 1)
        all += parts[1].split(separator: ",").map { "\(parts[0]) \($0)" }
      }
      #expect(Set(all).count == all.count)
      return Set(all)
    }
    #expect(try entries([first, second]) == entries([batch]))
    for part in [batch, first, second] { settle(part) }
  }

  @Test func a_batch_holds_each_span_once() {
    var builder = BatchBuilder(limit: 100)
    let ticket = AckTicket(file: 1, life: 1, client: 0, span: 5)
    _ = append(&builder, [(0, "a")])
    let isNew = builder.hold(ticket)
    #expect(isNew)
    let isNewAgain = builder.hold(ticket)
    #expect(!isNewAgain)
    let batch = builder.seal { _ in [] }
    #expect(delivered(batch) == [ticket])
    #expect(delivered(batch) == nil)
    _ = append(&builder, [(0, "b")])
    let isNewInTheNext = builder.hold(ticket)
    #expect(isNewInTheNext)
    settle(builder.seal { _ in [] })
  }
}
