import AgentConfiguration
import Bytes
import LogModel
import Telemetry
import Testing

@testable import Pipeline

/// Runs lines through stages written as in a configuration file.
final class Bench {
  private let runner: PipelineRunner
  private var state: PipelineState
  private var streams = StreamTable()
  private var offset: UInt64 = 0
  let registry = MetricRegistry()
  /// The monotonic clock: nanoseconds.
  var now: Int64 = 0

  /// - Parameter errors: what the configuration is refused for; one is that it has no targets.
  init(_ stages: String, labels: [String: String] = ["job": "test"], errors: Int = 1) throws {
    let indented = stages.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n")
    let text = "clients: [{url: 'http://x/'}]\nscrape_configs:\n- job_name: j\n  pipeline_stages:\n\(indented)\n"
    let configuration = try AgentConfiguration.load(text: text, file: "test")
    #expect(configuration.startErrors.count == errors, "\(configuration.startErrors)")
    let pipeline = try CompiledPipeline(configuration.scrapeConfigs[0].pipelineStages, registry: registry)
    runner = PipelineRunner(pipeline)
    state = pipeline.makeState(labels: LabelSet(labels))
  }

  var hold: UInt64? { state.hold }

  var nextFlush: Int64? { state.nextFlush }
  var pausedUntil: Int64 { state.pausedUntil }

  /// What one entry came out as: `{labels} time line`, with the tenant before it and structured metadata behind it.
  func run(_ text: String, readTime: Int64 = 1_000_000_000_000_000_000) -> [String] {
    var block = EntryBlock()
    var out: [String] = []
    let bytes = Array(text.utf8)
    bytes.withUnsafeBufferPointer { chunk in
      let count = runner.run(
        chunk, offset: offset, readTime: readTime, now: now, state: &state, streams: &streams, into: &block)
      out = entries(block, chunk.baseAddress!)
      offset += UInt64(count)
    }
    return out
  }

  /// The lines alone.
  func lines(_ text: String) -> [String] {
    run(text).map { entry in
      let rest = entry[entry.index(after: entry.firstIndex(of: "}")!)...].dropFirst()
      return String(rest[rest.index(after: rest.firstIndex(of: " ")!)...])
    }
  }

  func flush(isDone: Bool = false) -> [String] {
    var block = EntryBlock()
    runner.flush(
      isDone: isDone, now: now, readTime: 1_000_000_000_000_000_000, state: &state, streams: &streams, into: &block)
    return entries(block, UnsafePointer(block.made.base))
  }

  /// The lines of the metrics page that begin so.
  func metrics(_ prefix: String) -> [String] {
    registry.exposition().split(separator: "\n").map(String.init).filter { $0.hasPrefix(prefix) }
  }

  private func entries(_ block: borrowing EntryBlock, _ chunk: UnsafePointer<UInt8>) -> [String] {
    var out: [String] = []
    for record in block.records {
      let base = record.isMade ? UnsafePointer(block.made.base) : chunk
      let line = String(
        decoding: UnsafeBufferPointer(start: base + Int(record.start), count: Int(record.length)), as: UTF8.self)
      let time = "\(record.timestamp.seconds).\(record.timestamp.nanoseconds)"
      let stream = streams.streams[record.stream.index]
      let tenant = stream.tenant.map { "\($0):" } ?? ""
      var entry = "\(tenant)\(stream.labels) \(time) \(line)"
      if record.metadataLength > 0 {
        let bytes = UnsafeBufferPointer(
          start: block.made.base + Int(record.metadataStart), count: Int(record.metadataLength))
        entry += " \(pairs(Array(bytes))) \(record.metadataSize)"
      }
      out.append(entry)
    }
    return out
  }

  /// Pairs in wire form whose lengths fit one byte.
  private func pairs(_ bytes: [UInt8]) -> [String] {
    var out: [String] = []
    var place = 0
    while place < bytes.count {
      let name = Int(bytes[place + 3])
      let value = Int(bytes[place + 5 + name])
      out.append(
        String(decoding: bytes[place + 4..<place + 4 + name], as: UTF8.self) + "="
          + String(decoding: bytes[place + 6 + name..<place + 6 + name + value], as: UTF8.self))
      place += 2 + Int(bytes[place + 1])
    }
    return out
  }
}

@Suite struct PipelineTests {
  @Test func lines_without_stages_have_the_time_of_reading_and_their_place_in_the_chunk() throws {
    let bench = try Bench("[]")
    #expect(
      bench.run("a\nbb\n\nc\n") == [
        #"{job="test"} 1000000000.0 a"#, #"{job="test"} 1000000000.2 bb"#, #"{job="test"} 1000000000.5 "#,
        #"{job="test"} 1000000000.6 c"#,
      ])
  }

  @Test func cri_alone_and_cri_among_stages_give_the_same() throws {
    let lines = """
      2023-05-06T07:08:09.123456789Z stdout F hello
      2023-05-06T07:08:10.5+02:00 stderr F oh no
      just text
      2023-05-06T07:08:09Z stdout P one,\u{20}
      2023-05-06T07:08:09Z stderr P err\u{20}
      yesterday stdout F two
      2023-05-06T07:08:11Z stderr F or
      2023-05-06T07:08:09Z stdout F\u{20}
      2023-13-06T07:08:09Z stdout F bad month

      """
    let alone = try Bench("- cri: {}")
    let among = try Bench("- cri: {}\n- labels: {}")
    let got = alone.run(lines)
    #expect(got == among.run(lines))
    #expect(
      got == [
        #"{job="test", stream="stdout"} 1683356889.123456789 hello"#,
        #"{job="test", stream="stderr"} 1683349690.500000000 oh no"#, #"{job="test"} 1000000000.89 just text"#,
        #"{job="test", stream="stdout"} 1683356889.1 one, two"#, #"{job="test", stream="stderr"} 1683356891.0 err or"#,
        #"{job="test", stream="stdout"} 1683356889.0 "#, #"{job="test", stream="stdout"} 1683356889.1 bad month"#,
      ])
  }

  @Test func a_part_of_a_line_holds_the_position_until_its_end_comes() throws {
    for stages in ["- cri: {}", "- cri: {}\n- labels: {}"] {
      let bench = try Bench(stages)
      #expect(bench.run("2023-05-06T07:08:09Z stdout F whole\n").count == 1)
      #expect(bench.hold == nil)
      #expect(bench.run("2023-05-06T07:08:09Z stdout P part \n").isEmpty)
      #expect(bench.hold == 36)
      #expect(
        bench.run("2023-05-06T07:08:09Z stdout F end\n") == [
          #"{job="test", stream="stdout"} 1683356889.0 part end"#
        ])
      #expect(bench.hold == nil)
    }
  }

  @Test func values_travel_from_json_to_labels_time_and_line() throws {
    let bench = try Bench(
      """
      - json: {expressions: {level: , ts: time, msg: 'log.text', num: n1}}
      - labels: {level: , num: }
      - timestamp: {source: ts, format: RFC3339Nano}
      - output: {source: msg}
      """)
    #expect(
      bench.run(#"{"time":"2023-05-06T07:08:09.5Z","level":"info","n1":1.50,"log":{"text":"a\u00e9\n"}}"# + "\n") == [
        #"{job="test", level="info", num="1.5"} 1683356889.500000000 aé"# + "\n"
      ])
  }

  @Test func a_label_of_one_line_does_not_carry_over() throws {
    let bench = try Bench(#"- regex: {expression: '^(?P<k>\w+)='}"# + "\n- labels: {k: }")
    #expect(
      bench.run("a=1\nnothing\nb=2\na=3\n").map { $0.prefix { $0 != "}" } } == [
        #"{job="test", k="a""#, #"{job="test""#, #"{job="test", k="b""#, #"{job="test", k="a""#,
      ])
  }
}

@Suite struct RuntimeClockTests {
  private func parse(_ text: String) -> Timestamp? {
    var clock = RuntimeClock()
    return Array(text.utf8).withUnsafeBufferPointer { clock.parse($0) }
  }

  @Test(arguments: [
    ("2023-05-06T07:08:09Z", 1_683_356_889, 0), ("2023-05-06T07:08:09.1Z", 1_683_356_889, 100_000_000),
    ("2024-02-29T23:59:59.000000001Z", 1_709_251_199, 1), ("1970-01-01T00:00:00Z", 0, 0),
    ("1969-12-31T23:59:59Z", -1, 0),
    ("0001-01-01T00:00:00Z", -62_135_596_800, 0), ("9999-12-31T23:59:59.999999999Z", 253_402_300_799, 999_999_999),
  ])
  func times(text: String, seconds: Int64, nanoseconds: UInt32) {
    #expect(parse(text) == Timestamp(seconds: seconds, nanoseconds: nanoseconds))
  }

  @Test(arguments: [
    "", "Z", "2023-05-06T07:08:09", "2023-05-06T07:08:09+02:00", "2023-13-06T07:08:09Z", "2023-02-29T07:08:09Z",
    "2023-05-06T24:08:09Z", "2023-05-06 07:08:09Z", "2023-05-06T07:08:09.Z", "2023-05-06T07:08:09.1234567890Z",
    "yesterday, I thinkZ",
  ])
  func other_forms_are_left_to_the_full_parser(text: String) { #expect(parse(text) == nil) }

  @Test func the_kept_second_does_not_leak_into_another() {
    var clock = RuntimeClock()
    func parse(_ text: String) -> Int64? { Array(text.utf8).withUnsafeBufferPointer { clock.parse($0)?.seconds } }
    #expect(parse("2023-05-06T07:08:09.5Z") == 1_683_356_889)
    #expect(parse("2023-05-06T07:08:10.5Z") == 1_683_356_890)
    #expect(parse("2023-05-06T07:18:10.5Z") == 1_683_357_490)
    #expect(parse("2023-05-06X07:18:10.5Z") == nil)
    #expect(parse("2023-05-06T07:18:10.5Z") == 1_683_357_490)
  }
}
