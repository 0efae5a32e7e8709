import LogModel
import Positions
import Telemetry
import Testing

@testable import Delivery

@Suite struct EntryLimitsTests {
  private let registry = MetricRegistry()

  /// What is sent of lines, each of a stream, in one batch.
  private func send(_ lines: [(stream: String, line: String)], _ limits: EntryLimits) async throws -> [String] {
    let queue = BatchQueue(client: 0, tenant: nil)
    var settings = LaneSettings(
      batchWait: 0, batchSize: 1000, externalLabels: .empty, limits: limits, output: KeepingOutput())
    settings.account = LimitAccount(metrics: DeliveryMetrics(registry), host: "h:1", tenant: "t")
    var lanes = Lanes([settings]) { _, _ in queue }
    var streams = StreamTable()
    var block = EntryBlock()
    var chunk: [UInt8] = []
    for (stream, line) in lines {
      block.records.append(
        EntryRecord(
          timestamp: Timestamp(seconds: 1, nanoseconds: 0), stream: streams.intern(LabelSet(["s": stream])),
          start: chunk.count, length: line.utf8.count, isMade: false))
      chunk += Array(line.utf8)
    }
    var ledger = AckLedger(acked: 0)
    var used: [Int] = []
    var ticket = AckTicket(file: 0, life: 0, client: 0, span: ledger.open(end: UInt64(chunk.count)))
    chunk.withUnsafeBufferPointer {
      lanes.append(
        block, chunk: $0.baseAddress!, offset: 0, client: 0, streams: streams, ticket: &ticket, ledger: &ledger,
        used: &used, now: 0)
    }
    lanes.sealAll(streams: streams)
    queue.close()
    guard let batch = await queue.next() else { return [] }
    let bytes = batch.request.wireForm()
    _ = batch.takeReceipt()?.delivered()
    return try bytes.withUnsafeBytes { raw in
      try PushRequest(decoding: raw).streams.flatMap { stream in
        stream.entries.map { String(decoding: raw[$0.line], as: UTF8.self) }
      }
    }
  }

  private func counts(_ name: String, _ reason: String) -> String? {
    let start = "promtail_\(name)_total{host=\"h:1\",tenant=\"t\",reason=\"\(reason)\"} "
    return registry.exposition().split(separator: "\n").first { $0.hasPrefix(start) }.map {
      String($0.dropFirst(start.count))
    }
  }

  @Test func long_lines_are_dropped_and_counted() async throws {
    let lines = [("a", "1234567890"), ("a", "12345678901"), ("a", "short")]
    #expect(try await send(lines, EntryLimits(maxLineSize: 10)) == ["1234567890", "short"])
    #expect(counts("dropped_entries", "line_too_long") == "1")
    #expect(counts("dropped_bytes", "line_too_long") == "11")
  }

  @Test func or_cut_before_a_character_that_would_be_split() async throws {
    let lines = [("a", "12345ä89"), ("a", "12345678901"), ("a", "short")]
    #expect(try await send(lines, EntryLimits(maxLineSize: 6, truncates: true)) == ["12345", "123456", "short"])
    #expect(counts("mutated_entries", "line_too_long") == "2")
    #expect(counts("mutated_bytes", "line_too_long") == "9")
    #expect(counts("dropped_entries", "line_too_long") == "0")
  }

  @Test func streams_beyond_the_limit_are_dropped_and_counted() async throws {
    let lines = [("a", "1"), ("b", "2"), ("c", "33"), ("a", "4")]
    #expect(try await send(lines, EntryLimits(maxStreams: 2)) == ["1", "4", "2"])
    #expect(counts("dropped_entries", "stream_limited") == "1")
    #expect(counts("dropped_bytes", "stream_limited") == "2")
  }
}
