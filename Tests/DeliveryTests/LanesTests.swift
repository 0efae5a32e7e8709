import LogModel
import Positions
import Testing

@testable import Delivery

/// The batches of many tenants at a time.
@Suite final class LanesTests {
  private static let batchSize = 1 << 20
  private let line = [UInt8](repeating: UInt8(ascii: "x"), count: 1000)
  private var queues: [String: BatchQueue] = [:]
  private var ledger = AckLedger(acked: 0)
  private var streams = StreamTable()
  private var sent: [String: [Int]] = [:]
  private var bytesSent = 0
  private var batches: [SealedBatch] = []

  private func makeLanes() -> Lanes {
    Lanes([
      LaneSettings(batchWait: 1, batchSize: Self.batchSize, externalLabels: .empty, output: KeepingOutput())
    ]) { client, tenant in
      let queue = BatchQueue(client: client, tenant: tenant)
      self.queues[tenant ?? ""] = queue
      return queue
    }
  }

  /// Appends a line of each tenant, as one chunk of a file.
  private func append(_ tenants: [String], _ round: Int, to lanes: inout Lanes) {
    var block = EntryBlock()
    var chunk: [UInt8] = []
    for tenant in tenants {
      let labels = LabelSet(["tenant": tenant, StreamTable.tenantLabel: tenant])
      block.records.append(
        EntryRecord(
          timestamp: Timestamp(seconds: Int64(round), nanoseconds: 0), stream: streams.intern(labels),
          start: chunk.count, length: line.count, isMade: false))
      chunk += line + [0x0a]
    }
    let offset = UInt64(round * chunk.count)
    var used: [Int] = []
    var ticket = AckTicket(file: 0, life: 0, client: 0, span: ledger.open(end: offset + UInt64(chunk.count)))
    chunk.withUnsafeBufferPointer {
      lanes.append(
        block, chunk: $0.baseAddress!, offset: offset, client: 0, streams: streams, ticket: &ticket, ledger: &ledger,
        used: &used, now: 0)
    }
    _ = ledger.release(ticket.span)
  }

  /// Takes what was sealed.
  private func take() throws {
    for (tenant, queue) in queues {
      while let batch = queue.takeNow() {
        let bytes = batch.request.wireForm()
        bytesSent += bytes.count
        try bytes.withUnsafeBytes { raw in
          for stream in try PushRequest(decoding: raw).streams {
            sent[tenant, default: []] += stream.entries.map { Int($0.timestamp / 1_000_000_000) }
          }
        }
        batches.append(batch)
      }
    }
  }

  private func acknowledge() {
    for batch in batches {
      guard let receipt = batch.takeReceipt() else { continue }
      for ticket in receipt.delivered() { _ = ledger.release(ticket.span) }
    }
  }

  @Test func what_many_tenants_have_under_construction_is_bounded() throws {
    var lanes = makeLanes()
    let tenants = (0..<100).map { "t\($0)" }
    let rounds = 300
    for round in 0..<rounds {
      append(tenants, round, to: &lanes)
      try take()
      let written = (round + 1) * tenants.count * line.count
      #expect(written - bytesSent < 13 << 20)
    }
    lanes.sealAll(streams: streams)
    try take()
    for tenant in tenants { #expect(sent[tenant] == Array(0..<rounds)) }
    acknowledge()
    #expect(ledger.acked == UInt64(rounds * tenants.count * (line.count + 1)))
  }

  @Test func the_largest_batches_make_room() throws {
    var lanes = makeLanes()
    let quiet = (0..<10).map { "quiet\($0)" }
    append(quiet, 0, to: &lanes)
    let busy = (0..<50).map { "busy\($0)" }
    for round in 1..<300 { append(busy, round, to: &lanes) }
    try take()
    #expect(!sent.isEmpty)
    for tenant in quiet { #expect(sent[tenant] == nil) }
    lanes.sealAll(streams: streams)
    try take()
    acknowledge()
  }
}
