import Bytes
import LogModel
import Positions
import SwiftailTesting
import Syscalls
import Telemetry
import Testing

@testable import Delivery
@testable import Spool

@Suite struct SpoolTests {
  private let files = FakeFileSystem()
  private let registry = MetricRegistry()

  private func spool(
    maxBytes: UInt64 = 1 << 20, segmentBytes: UInt64 = 200, whenFull: SpoolFullPolicy = .wait,
    clients: [String] = ["a"]
  ) throws -> Spool {
    try Spool(
      SpoolSettings(directory: "/s", maxBytes: maxBytes, segmentBytes: segmentBytes, whenFull: whenFull),
      clients: clients, files: files, log: Log(sink: { _ in }), registry: registry)
  }

  private func entry(_ number: Int) -> SpoolEntry {
    SpoolEntry(
      tenant: number.isMultiple(of: 2) ? "t" : nil, labels: LabelSet(["job": "j", "n": String(number % 3)]),
      timestamp: Timestamp(seconds: -5 + Int64(number), nanoseconds: 7), line: Array("line \(number)\n\0".utf8),
      metadata: number.isMultiple(of: 3) ? [0x1a, 0] : [], metadataSize: number.isMultiple(of: 3) ? 2 : 0)
  }

  private func all(_ spool: Spool, _ client: String = "a") -> [SpoolEntry] {
    var found: [SpoolEntry] = []
    var place = spool.cursor(of: client)!
    while true {
      let part = spool.read(from: place, maxBytes: 50)
      guard let last = part.last else { return found }
      found += part.map(\.entry)
      place = last.end
    }
  }

  private var segments: [String] {
    guard case .success(let entries) = files.entries(of: "/s") else { return [] }
    return entries.map(\.name).filter { $0.hasSuffix(".spool") }
  }

  @Test func what_was_stored_is_there_again_in_order_over_many_segments() throws {
    let first = try spool()
    for number in 0..<50 { #expect(first.append([entry(number)]) == .stored) }
    #expect(segments.count > 5)
    #expect(all(first) == (0..<50).map(entry))
    #expect(all(try spool()) == (0..<50).map(entry))
  }

  @Test func each_client_has_a_cursor_and_what_all_have_goes() throws {
    let first = try spool(clients: ["a", "b"])
    for number in 0..<50 { _ = first.append([entry(number)]) }
    let end = first.read(from: first.cursor(of: "a")!, maxBytes: 1 << 20).last!.end
    var place = first.cursor(of: "a")!
    while let last = first.read(from: place).last { place = last.end }
    first.acknowledge("a", place)
    first.save()
    #expect(segments.count > 5)
    first.acknowledge("b", end)
    first.save()
    let again = try spool(clients: ["a", "b"])
    #expect(all(again, "a") == [])
    #expect(all(again, "b") == all(first, "b") && !all(again, "b").isEmpty)
    again.acknowledge("b", place)
    again.save()
    #expect(segments.isEmpty)
    _ = again.append([entry(99)])
    #expect(all(again, "a") == [entry(99)] && all(again, "b") == [entry(99)])
  }

  @Test func torn_at_any_byte_it_gives_every_whole_entry() throws {
    let first = try spool(segmentBytes: 1 << 20)
    var ends: [Int] = []
    let path = "/s/0000000000000001.spool"
    for number in 0..<5 {
      _ = first.append([entry(number)])
      ends.append(files.bytes(path)!.count)
    }
    let whole = files.bytes(path)!
    for length in 0..<whole.count {
      _ = files.replace(path, with: Array(whole[..<length]), mode: 0)
      let again = try spool(segmentBytes: 1 << 20)
      let expected = ends.count { $0 <= length }
      #expect(all(again) == (0..<expected).map(entry), "cut at \(length)")
      #expect(again.append([entry(7)]) == .stored)
      #expect(all(again) == (0..<expected).map(entry) + [entry(7)], "cut at \(length)")
      for name in segments { files.remove("/s/" + name) }
    }
  }

  @Test func any_changed_byte_is_noticed() throws {
    let first = try spool(segmentBytes: 1 << 20)
    for number in 0..<3 { _ = first.append([entry(number)]) }
    let path = "/s/0000000000000001.spool"
    let whole = files.bytes(path)!
    for place in whole.indices {
      var changed = whole
      changed[place] ^= 0x40
      _ = files.replace(path, with: changed, mode: 0)
      let found = all(try spool(segmentBytes: 1 << 20))
      #expect(found == Array((0..<3).map(entry).prefix(found.count)) && found.count < 3, "byte \(place)")
      for name in segments { files.remove("/s/" + name) }
    }
  }

  @Test func a_full_spool_makes_senders_wait_until_clients_have_taken() throws {
    let spool = try spool(maxBytes: 1000)
    var number = 0
    while spool.append([entry(number)]) == .stored { number += 1 }
    #expect(number > 5)
    #expect(spool.append([entry(number)]) == .full)
    let half = spool.read(from: spool.cursor(of: "a")!, maxBytes: 1).last!.end
    var place = half
    for _ in 0..<(number / 2) { place = spool.read(from: place, maxBytes: 1).first?.end ?? place }
    spool.acknowledge("a", place)
    #expect(spool.append([entry(number)]) == .stored)
  }

  @Test func where_it_may_the_oldest_go_and_are_counted() throws {
    let spool = try spool(maxBytes: 1000, whenFull: .dropOldest)
    for number in 0..<60 { #expect(spool.append([entry(number)]) == .stored) }
    let left = all(spool)
    #expect(left.last == entry(59))
    #expect(registry.counter("swiftail_spool_dropped_entries_total", "").with().current == UInt64(60 - left.count))
  }

  @Test func a_full_disk_loses_nothing_that_was_stored_and_leaves_nothing_torn() throws {
    let spool = try spool(segmentBytes: 1 << 20)
    #expect(spool.append([entry(0)]) == .stored)
    files.fail(.append, with: .noSpace)
    #expect(spool.append([entry(1), entry(2)]) == .failed(.noSpace))
    files.fail(.truncate, with: .noSpace)
    #expect(spool.append([entry(1), entry(2)]) == .failed(.noSpace))
    files.fail(.append, with: nil)
    files.fail(.truncate, with: nil)
    #expect(spool.append([entry(3)]) == .stored)
    #expect(all(spool) == [entry(0), entry(3)])
    // What the disk had taken of the refused entries and could not be cut off is whole, or is not there.
    let again = all(try self.spool(segmentBytes: 1 << 20))
    #expect(again == [entry(0), entry(3)] || again == [entry(0), entry(1), entry(3)])
  }

  @Test func entries_go_to_the_client_once_and_again_only_if_unacknowledged() throws {
    let spool = try spool()
    for number in 0..<30 { _ = spool.append([entry(number)]) }
    func run(acknowledging: Int) throws -> [String] {
      var queues: [BatchQueue] = []
      let lane = LaneSettings(batchWait: 0, batchSize: 60, externalLabels: .empty, output: KeepingOutput())
      var feed = SpoolFeed(spool, client: "a", lane: lane) { client, tenant in
        let queue = BatchQueue(client: client, tenant: tenant, window: 1000)
        queues.append(queue)
        return queue
      }
      while feed.turn(now: 1) {}
      feed.seal()
      var lines: [String] = []
      var left = acknowledging
      for queue in queues {
        while let batch = queue.takeNow() {
          let receipt = batch.takeReceipt()!
          lines += try Kept.lines(batch)
          if left > 0 {
            feed.settled(receipt.delivered())
            left -= 1
          } else {
            receipt.returned()
          }
        }
      }
      return lines
    }
    let wanted = Set((0..<30).map { "line \($0)\n\0" })
    #expect(Set(try run(acknowledging: 0)) == wanted)
    #expect(try run(acknowledging: .max).count == 30)
    spool.save()
    #expect(try run(acknowledging: 0) == [])
    #expect(segments.isEmpty)
  }
}

private struct KeepingOutput: Output {
  func prepare(_ request: borrowing RequestPieces) -> any PreparedBatch {
    Kept(bytes: request.pieces.flatMap { Array($0) })
  }
}

private struct Kept: PreparedBatch {
  let bytes: [UInt8]
  var wireBytes: Int { bytes.count }
  func send(tenant: String?) async -> SendOutcome { .delivered(status: 204) }
  func wireForm() -> [UInt8] { bytes }

  static func lines(_ batch: SealedBatch) throws -> [String] {
    try batch.request.wireForm().withUnsafeBytes { raw in
      try PushRequest(decoding: raw).streams.flatMap { stream in
        stream.entries.map { String(decoding: raw[$0.line], as: UTF8.self) }
      }
    }
  }
}
