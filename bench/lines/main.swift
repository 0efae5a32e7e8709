// What a line costs within one worker: pipeline, batches, wire form and compression, without files and network. It is
// counted in instructions (bench/instructions.py), which do not depend on what else the machine does. The scenario
// `relabel` counts what a target costs: a line of the file stands for one.
//
//   linebench SCENARIO FILE PASSES [--no-snappy]
import AgentConfiguration
import Bytes
import Delivery
import Glibc
import LogModel
import Pipeline
import Positions
import Telemetry

let names = Scenario.stages.keys.sorted() + ["relabel"]
guard CommandLine.arguments.count >= 4, names.contains(CommandLine.arguments[1]),
  let passes = Int(CommandLine.arguments[3])
else {
  print("usage: linebench \(names.joined(separator: "|")) FILE PASSES [--no-snappy]")
  exit(2)
}
let path = CommandLine.arguments[2]
guard let file = fopen(path, "r") else {
  print("cannot read \(path)")
  exit(1)
}
var text = ByteBuffer(capacity: 1 << 20)
while true {
  text.reserve(1 << 20)
  let count = fread(text.base + text.count, 1, 1 << 20, file)
  if count == 0 { break }
  text.setCount(text.count + count)
}

guard let stages = Scenario.stages[CommandLine.arguments[1]] else {
  let targets = passes * text.bytes.count { $0 == 0x0a }
  print("{\"lines\":\(targets),\"entries\":\(try Relabelling().run(targets)),\"bytes\":\(text.count * passes)}")
  exit(0)
}
let configuration = try AgentConfiguration.load(
  text: "clients: [{url: 'http://x/'}]\nscrape_configs:\n- job_name: j\n  pipeline_stages: \(stages)\n", file: "bench")
let registry = MetricRegistry()
let pipeline = try CompiledPipeline(configuration.scrapeConfigs[0].pipelineStages, registry: registry)
let queue = BatchQueue(client: 0, tenant: nil)
var worker = Worker(queue: queue, pipeline: pipeline, compresses: !CommandLine.arguments.contains("--no-snappy"))
for _ in 0..<passes { worker.pass(text.bytes) }
worker.finish()
await queue.discardAll()
print("{\"lines\":\(worker.lines),\"entries\":\(worker.entries),\"bytes\":\(text.count * passes)}")

/// One worker with one file and one client.
struct Worker: ~Copyable {
  static let chunkSize = 256 << 10
  private let runner: PipelineRunner
  private var state: PipelineState
  private var lanes: Lanes
  private var streams = StreamTable()
  private var block = EntryBlock()
  private var ledger = AckLedger(acked: 0)
  private var used: [Int] = []
  private var offset: UInt64 = 0
  private let queue: BatchQueue
  private(set) var lines = 0
  private(set) var entries = 0

  init(queue: BatchQueue, pipeline: CompiledPipeline, compresses: Bool) {
    self.queue = queue
    runner = PipelineRunner(pipeline)
    state = pipeline.makeState(
      labels: LabelSet(["container": "app", "filename": "/var/log/pods/x/0.log", "namespace": "shop", "pod": "app-x"]))
    lanes = Lanes(
      [
        LaneSettings(
          batchWait: 1_000_000_000, batchSize: 1 << 20, externalLabels: .empty,
          output: DiscardingOutput(compresses: compresses))
      ]
    ) { _, _ in queue }
  }

  mutating func pass(_ text: UnsafeBufferPointer<UInt8>) {
    var start = 0
    while start < text.count {
      var end = min(start + Self.chunkSize, text.count)
      if let last = text[start..<end].lastIndex(of: 0x0a) { end = last + 1 }
      let chunk = UnsafeBufferPointer(rebasing: text[start..<end])
      block.removeAll()
      let done = runner.run(
        chunk, offset: offset, readTime: 1_800_000_000_000_000_000 + Int64(offset), now: Int64(offset), state: &state,
        streams: &streams, into: &block)
      offset += UInt64(done)
      var ticket = AckTicket(file: 0, life: 0, client: 0, span: ledger.open(end: offset))
      lanes.append(
        block, chunk: chunk.baseAddress!, offset: offset - UInt64(done), client: 0, streams: streams, ticket: &ticket,
        ledger: &ledger, used: &used, now: 0)
      _ = ledger.release(ticket.span)
      entries += block.records.count
      lines += block.lines
      start = end
    }
  }

  mutating func finish() {
    lanes.sealAll(streams: streams)
    queue.close()
  }
}

/// Compresses requests, and throws them away.
struct DiscardingOutput: Output {
  let compresses: Bool
  private let scratch = Scratch()

  init(compresses: Bool) { self.compresses = compresses }

  func prepare(_ request: borrowing RequestPieces) -> any PreparedBatch {
    if compresses {
      let room = scratch.room(SnappyEncoder.bound(request.byteCount))
      _ = request.pieces.withUnsafeBufferPointer {
        scratch.encoder.compress($0, count: request.byteCount, into: room)
      }
    }
    return Discarded()
  }

  struct Discarded: PreparedBatch {
    var wireBytes: Int { 0 }
    func wireForm() -> [UInt8] { [] }
    func send(tenant: String?) async -> SendOutcome { .delivered(status: 204) }
  }

  /// Used by one thread.
  final class Scratch: @unchecked Sendable {
    let encoder = SnappyEncoder()
    private var bytes = ByteBuffer(capacity: 1)

    func room(_ count: Int) -> UnsafeMutablePointer<UInt8> {
      bytes.removeAll()
      bytes.reserve(count)
      return bytes.base
    }
  }
}

/// Pipelines as bench/common.py has them, and stages by themselves.
enum Scenario {
  static let stages: [String: String] = [
    "plain": "[]",
    "cri": "[{cri: {}}]",
    "json":
      "[{cri: {}}, {json: {expressions: {level: , ts: , msg: , trace_id: }}}, {labels: {level: }}, "
      + "{timestamp: {source: ts, format: RFC3339Nano}}, {drop: {source: level, value: debug}}]",
    "regex":
      #"[{regex: {expression: '^(?P<ip>\S+) \S+ (?P<user>\S+) \[(?P<time>[^\]]+)\] "(?P<method>\S+) (?P<path>\S+) [^"]*" "#
      + #"(?P<status>\d+) (?P<bytes>\d+) "[^"]*" "(?P<agent>[^"]*)"$'}}, {labels: {method: , status: }}, "#
      + "{timestamp: {source: time, format: '02/Jan/2006:15:04:05 -0700'}}]",
    "logfmt":
      "[{logfmt: {mapping: {level: , status: , duration: }}}, {labels: {level: }}, {metrics: {lines_total: {type: Counter, "
      + "description: l, config: {match_all: true, action: inc}}, duration_seconds: {type: Histogram, description: d, "
      + "source: duration, config: {buckets: [0.01, 0.05, 0.1, 0.25, 0.5]}}}}]",
    "multiline": #"[{multiline: {firstline: '^\d{4}-\d{2}-\d{2} ', max_wait_time: 3s}}]"#,
    "template": "[{cri: {}}, {template: {source: t, template: '{{ .content | ToUpper }}'}}, {output: {source: t}}]",
    "json-only": "[{cri: {}}, {json: {expressions: {level: , ts: , msg: , trace_id: }}}]",
    "docker": "[{docker: {}}]",
  ]
}
