import Bytes
import FoundationEssentials
import LogModel
import LogQL
import Store
import Testing

/// A directory that is gone when the test is over.
final class TemporaryDirectory: Sendable {
  let path = FileManager.default.temporaryDirectory.path + "/swiftail-store-\(UUID().uuidString)"

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// The same numbers in every run (SplitMix64).
struct FixedRandom: RandomNumberGenerator {
  private var state: UInt64 = 7

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

func request(_ streams: [(String, [(Int64, String, [Label])])]) -> [UInt8] {
  var buffer = ByteBuffer()
  for (labels, entries) in streams {
    buffer.appendPushStream(labels: labels, entries: entries.map { ($0.0, Array($0.1.utf8), $0.2) })
  }
  return Array(buffer.bytes)
}

func logQuery(_ text: String) throws -> LogQuery {
  guard case .logs(let query) = try Query(parsing: text) else { throw LogQLError("not a log query") }
  return query
}

@Suite struct StoreTests {
  let directory = TemporaryDirectory()

  private func open(retention: Retention = Retention(), segmentBytes: Int = 1 << 20) async throws -> Store {
    var pace = StorePace()
    pace.maintenanceInterval = nil
    pace.segmentBytes = segmentBytes
    return try await Store.open(directory: directory.path, retention: retention, pace: pace)
  }

  private func lines(
    _ store: Store, _ query: String, _ span: TimeSpan = .all, limit: Int = 100, _ direction: Direction = .forward,
    interval: Int64 = 0
  ) async throws -> [String] {
    try await store.entries(
      try logQuery(query), in: span, limit: limit, direction: direction, interval: interval
    ).map { String(decoding: $0.line, as: UTF8.self) }
  }

  @Test func whatIsPushedIsThereAfterOpeningAgain() async throws {
    var store = try await open()
    let result = try await store.push(
      protobuf: request([
        (#"{job="a"}"#, [(2, "two", []), (1, "one", [Label("t.id", "x")])]), (#"{job="b"}"#, [(3, "three", [])]),
      ]))
    #expect(result.accepted == 3 && result.rejections.isEmpty)
    await store.close()
    store = try await open()
    let entries = try await store.entries(try logQuery(#"{job=~".+"}"#), in: .all, limit: 10, direction: .forward)
    #expect(entries.map { String(decoding: $0.line, as: UTF8.self) } == ["one", "two", "three"])
    #expect(entries[0].metadata == [Label("t_id", "x")])
    #expect(entries[2].stream == LabelSet(["job": "b"]))
    _ = try await store.push(protobuf: request([(#"{job="a"}"#, [(4, "four", [])])]))
    #expect(try await store.series(nil, in: .all).count == 2)
    await store.close()
  }

  @Test func mergesStreamsByTimeBothWays() async throws {
    let store = try await open()
    for round in 0..<5 {
      for stream in 0..<3 {
        let entries = (0..<4).map { i -> (Int64, String, [Label]) in
          let time = Int64(round * 40 + i * 10 + stream)
          return (time, "\(time)", [])
        }
        _ = try await store.push(protobuf: request([("{s=\"\(stream)\"}", entries)]))
      }
    }
    let all = (0..<20).flatMap { i in (0..<3).map { "\(i * 10 + $0)" } }
    #expect(try await lines(store, #"{s=~".+"}"#) == all)
    #expect(try await lines(store, #"{s=~".+"}"#, .all, limit: 7, .backward) == all.reversed().prefix(7).map { $0 })
    #expect(try await lines(store, #"{s=~".+"}"#, TimeSpan(start: 11, end: 21)) == ["11", "12", "20"])
    #expect(
      try await lines(store, #"{s="1"} |= "0" or "3""#)
        == all.filter { ($0.last == "1" || $0 == "1") && ($0.contains("0") || $0.contains("3")) })
    #expect(try await lines(store, #"{s=~".+"}"#, .all, interval: 50) == ["0", "50", "100", "150"])
    _ = try await store.compact()
    #expect(try await lines(store, #"{s=~".+"}"#) == all)
    await store.close()
  }

  @Test func exactCopiesAreOne() async throws {
    let store = try await open()
    let push = request([(#"{job="a"}"#, [(1, "x", []), (1, "y", []), (1, "x", [Label("m", "1")]), (2, "x", [])])])
    for _ in 0..<9 { _ = try await store.push(protobuf: push) }
    let expected = ["x", "y", "x", "x"]
    #expect(try await lines(store, #"{job="a"}"#) == expected)
    #expect(try await lines(store, #"{job="a"}"#, .all, limit: 3, .backward) == ["x", "x", "y"])
    let count = try await count(store, #"sum(count_over_time({job="a"}[10ns]))"#, at: 5)
    #expect(count == 4)
    #expect(try await store.compact() == 9)
    #expect(try await store.statistics(nil, in: .all).entries == 4)
    #expect(try await lines(store, #"{job="a"}"#) == expected)
    await store.close()
  }

  private func count(_ store: Store, _ query: String, at time: Int64) async throws -> Double? {
    guard case .metric(let expression) = try Query(parsing: query) else { return nil }
    let evaluation = MetricEvaluation(grid: EvaluationGrid(start: time, step: 1, count: 1)) {
      try await store.evaluate($0, over: $1)
    }
    guard case .series(let series) = try await evaluation.evaluate(expression) else { return nil }
    return series.first?.values[0]
  }

  /// The windows of the fast ways (whole segment, index only) and of the slow one agree with a plain count.
  @Test(arguments: [(10, 10), (7, 3), (3, 7), (50, 1), (1, 50)] as [(Int64, Int64)])
  func windowsAgreeWithAPlainCount(range: Int64, step: Int64) async throws {
    let store = try await open()
    var times: [Int64] = []
    var random = FixedRandom()
    for _ in 0..<12 {
      let start = Int64.random(in: 0..<90, using: &random)
      let entries = (0..<10).map { i -> (Int64, String, [Label]) in (start + Int64(i / 2), "\(start) \(i)", []) }
      times += entries.map(\.0)
      _ = try await store.push(protobuf: request([("{start=\"\(start)\"}", entries)]))
    }
    times = Array(Set(try await store.entries(try logQuery(#"{start=~".+"}"#), in: .all, limit: 1000)).map(\.timestamp))
    let grid = EvaluationGrid(start: 5, step: step, count: Int(100 / step) + 1)
    for query in [
      #"sum(count_over_time({start=~".+"}[\#(range)ns]))"#,
      #"sum(count_over_time({start=~".+"} |= " " [\#(range)ns]))"#,
    ] {
      guard case .metric(let expression) = try Query(parsing: query) else { return }
      let evaluation = MetricEvaluation(grid: grid) { try await store.evaluate($0, over: $1) }
      guard case .series(let series) = try await evaluation.evaluate(expression) else { return }
      let expected = (0..<grid.count).map { point -> Double? in
        let count = times.count { $0 > grid.time(point) - range && $0 <= grid.time(point) }
        return count == 0 ? nil : Double(count)
      }
      #expect(series.first?.values ?? Array(repeating: nil, count: grid.count) == expected)
    }
    await store.close()
  }

  @Test func rejectionsLeaveTheRest() async throws {
    let store = try await open()
    let long = String(repeating: "z", count: 262_145)
    let result = try await store.push(
      protobuf: request([
        (#"{job="a"}"#, [(1, "good", []), (2, long, [])]), ("{a-b=\"1\"}", [(1, "x", [])]), ("{}", [(1, "x", [])]),
        (#"{job="new"}"#, [(4_102_444_800_000_000_000, "x", [])]),
      ]))
    #expect(result.accepted == 1)
    #expect(
      result.rejections.map(\.reason) == [
        "Max entry size '262144' bytes exceeded for stream '{job=\"a\"}' while adding an entry with length '262145' bytes",
        "couldn't parse labels: 1:3: parse error: unexpected character inside braces: '-'",
        "error at least one label pair is required per stream",
        "entry for stream '{job=\"new\"}' has timestamp too new: 2100-01-01T00:00:00Z",
      ])
    #expect(try await lines(store, #"{job="a"}"#) == ["good"])
    await #expect(throws: PushError.noStreams) { try await store.push(protobuf: []) }
    await #expect(throws: PushError.self) { try await store.push(protobuf: [0xFF, 0xFF, 0xFF]) }
    await store.close()
  }

  @Test func concurrentPushesAllArrive() async throws {
    let store = try await open()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for sender in 0..<8 {
        group.addTask {
          for round in 0..<20 {
            _ = try await store.push(
              protobuf: request([
                ("{sender=\"\(sender)\"}", [(Int64(round), "line \(round)", [])]),
                (#"{all="1"}"#, [(Int64(round * 8 + sender), "x", [])]),
              ]))
          }
        }
      }
      try await group.waitForAll()
    }
    let statistics = try await store.statistics(nil, in: .all)
    #expect(statistics.streams == 9 && statistics.entries == 320)
    #expect(try await lines(store, #"{all="1"}"#, .all, limit: 1000).count == 160)
    #expect(try await store.values(of: "sender", nil, in: .all) == (0..<8).map(String.init))
    #expect(try await store.labels(try Selector(parsing: #"{all="1"}"#), in: .all) == ["all"])
    await store.close()
  }

  @Test func retentionByAgeAndBySize() async throws {
    var store = try await open()
    _ = try await store.push(protobuf: request([(#"{job="old"}"#, [(1, "x", [])])]))
    var random = FixedRandom()
    for round in 0..<40 {
      let noise = (0..<100).map { _ in String(random.next(), radix: 36) + String(random.next(), radix: 36) }.joined()
      _ = try await store.push(
        protobuf: request([(#"{job="noise"}"#, [(1_700_000_000_000_000_000 + Int64(round), noise, [])])]))
    }
    await store.close()
    store = try await open(retention: Retention(maxAge: 60 * 365 * 86_400))
    #expect(try await store.sweep() == 0)
    await store.close()
    store = try await open(retention: Retention(maxAge: 20 * 365 * 86_400))
    #expect(try await store.sweep() == 1)
    #expect(try await store.series(nil, in: .all) == [LabelSet(["job": "noise"])])
    _ = try await store.push(protobuf: request([(#"{job="old"}"#, [(1_700_000_000_000_000_000, "x", [])])]))
    #expect(try await store.series(nil, in: .all).count == 2)
    await store.close()
    store = try await open(retention: Retention(maxBytes: 1))
    #expect(try await store.sweep() == 41)
    #expect(try await store.series(nil, in: .all).isEmpty)
    await store.close()
  }

  @Test func tailSeesWhatIsCommitted() async throws {
    let store = try await open()
    let batches = try store.tail(try logQuery(#"{job="a"} |= "yes""#))
    _ = try await store.push(
      protobuf: request([(#"{job="a"}"#, [(1, "yes 1", []), (2, "no", [])]), (#"{job="b"}"#, [(1, "yes b", [])])]))
    _ = try await store.push(protobuf: request([(#"{job="a"}"#, [(3, "yes 3", [])])]))
    var seen: [String] = []
    for await batch in batches {
      seen += batch.entries.map { String(decoding: $0.line, as: UTF8.self) }
      if seen.count == 2 { break }
    }
    #expect(seen == ["yes 1", "yes 3"])
    await store.close()
  }

  @Test func slowTailIsToldWhatItLost() async throws {
    let store = try await open()
    let batches = try store.tail(try logQuery(#"{job="a"}"#), batches: 2)
    for round in 0..<5 {
      _ = try await store.push(protobuf: request([(#"{job="a"}"#, [(Int64(round), "\(round)", [])])]))
    }
    var iterator = batches.makeAsyncIterator()
    #expect(await iterator.next()?.dropped == 0)
    #expect(await iterator.next()?.dropped == 0)
    _ = try await store.push(protobuf: request([(#"{job="a"}"#, [(9, "9", [])])]))
    #expect(await iterator.next()?.dropped == 3)
    await store.close()
    #expect(await iterator.next() == nil)
  }

  @Test func unusablePathSaysWhere() async throws {
    let error = await #expect(throws: StoreError.self) { try await Store.open(directory: "/proc/nowhere/store") }
    #expect(error?.description.contains("/proc/nowhere/store") == true)
  }

  @Test func timesAsText() {
    #expect(Timestamp.rfc3339(1_768_471_200_500_000_000) == "2026-01-15T10:00:00.5Z")
    #expect(Timestamp.rfc3339(-1) == "1969-12-31T23:59:59.999999999Z")
    #expect(Timestamp.parse(rfc3339: "2026-01-15T11:00:00.5+01:00") == 1_768_471_200_500_000_000)
    #expect(Timestamp.parse(rfc3339: "2024-02-29T00:00:00Z") == 1_709_164_800_000_000_000)
    for bad in [
      "", "2026", "2026-01-15 10:00:00Z", "2026-13-15T10:00:00Z", "2026-01-15T10:00:00", "2026-01-15T10:00:00.Z",
    ] {
      #expect(Timestamp.parse(rfc3339: bad) == nil)
    }
  }
}
