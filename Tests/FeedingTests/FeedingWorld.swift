import AgentConfiguration
import LogModel
import Pipeline
import Positions
import Synchronization
import Telemetry

@testable import Delivery
@testable import Feeding

/// Sources, the feeder and clients whose batches a test takes and answers for.
final class FeedingWorld: Sendable {
  let positions: PositionTable
  let set: SourceSet
  let pipeline: CompiledPipeline
  private let queues: QueueList

  init(
    stages: String = "[]", clients: [String] = ["a"], batchWait: Int64 = 0, stored: StoredPositions = StoredPositions()
  ) throws {
    positions = PositionTable(stored)
    let registry = MetricRegistry()
    let configuration = try AgentConfiguration.load(
      text: "scrape_configs: [{job_name: test, pipeline_stages: \(stages), static_configs: [{labels: {}}]}]",
      file: "test")
    pipeline = try CompiledPipeline(configuration.scrapeConfigs[0].pipelineStages, registry: registry)
    let queues = QueueList()
    self.queues = queues
    set = try SourceSet(
      FeederSetup(
        clients: clients.map { Self.client($0, batchWait: batchWait) },
        makeQueue: { client, tenant, settled in queues.make(client, tenant, settled) }, positions: positions,
        metrics: FeedingMetrics(registry), log: Log(sink: { _ in })))
  }

  static func client(_ name: String, batchWait: Int64 = 0) -> ReadingClient {
    ReadingClient(
      name: name,
      lane: LaneSettings(batchWait: batchWait, batchSize: 1 << 20, externalLabels: .empty, output: KeepingOutput()))
  }

  func target(_ source: some EntrySource, pipelineNumber: Int = 0) -> SourceTarget {
    SourceTarget(source: source, pipeline: pipeline, pipelineNumber: pipelineNumber)
  }

  /// The next batch for a client, which takes it.
  func next(client: Int = 0) async -> Batch {
    while true {
      let (queue, settled) = await queues.queue(of: client)
      // A queue that was closed belonged to a client that is gone.
      if let batch = await queue.next() { return Batch(batch: batch, settled: settled) }
    }
  }

  func end() async {
    await set.drain()
    set.finish()
    for queue in queues.all { while let batch = queue.takeNow() { batch.takeReceipt()?.returned() } }
  }

  struct Batch: Sendable {
    let batch: SealedBatch
    let settled: @Sendable ([AckTicket]) -> Void

    /// Labels, time in nanoseconds and line of each entry.
    var entries: [String] {
      let bytes = batch.request.wireForm()
      return bytes.withUnsafeBytes { raw in
        guard let request = try? PushRequest(decoding: raw) else { return [] }
        return request.streams.flatMap { stream in
          stream.entries.map { entry in
            "\(String(decoding: raw[stream.labels], as: UTF8.self)) \(entry.timestamp) "
              + String(decoding: raw[entry.line], as: UTF8.self)
          }
        }
      }
    }

    func deliver() { if let receipt = batch.takeReceipt() { settled(receipt.delivered()) } }
    func giveBack() { batch.takeReceipt()?.returned() }
  }
}

/// A source that hands over what it is given, and remembers where it was asked to begin.
final class ScriptedSource: EntrySource {
  let key: SourceKey
  let signature: String
  private let script: @Sendable (SourcePlace?, SourceFeed) async -> SourceEnd
  let begun = Mutex<[SourcePlace?]>([])

  init(
    _ name: String = "journal-test", signature: String = "",
    script: @escaping @Sendable (SourcePlace?, SourceFeed) async -> SourceEnd
  ) {
    key = SourceKey(job: "test", entry: name)
    self.signature = signature
    self.script = script
  }

  func run(after place: SourcePlace?, into feed: SourceFeed) async -> SourceEnd {
    begun.withLock { $0.append(place) }
    return await script(place, feed)
  }
}

extension EntryChunk {
  /// Lines of one label set, a second apart.
  init(_ lines: [String], labels: LabelSet = LabelSet(["job": "test"]), place: Int) {
    self.init(labelSets: [labels], place: SourcePlace(entry: String(place), time: Int64(place)))
    for (index, line) in lines.enumerated() {
      Array(line.utf8).withUnsafeBufferPointer {
        append($0, labels: 0, time: Timestamp(seconds: Int64(index), nanoseconds: 0))
      }
    }
  }
}

/// Waits until `condition` holds.
func eventually(_ condition: @Sendable () -> Bool) async -> Bool {
  for _ in 0..<2000 {
    if condition() { return true }
    try? await Task.sleep(for: .milliseconds(5))
  }
  return condition()
}

/// Until the task is cancelled.
func untilCancelled() async {
  while !Task.isCancelled { try? await Task.sleep(for: .milliseconds(5)) }
}

private final class QueueList: Sendable {
  private let state = Mutex<[(queue: BatchQueue, settled: @Sendable ([AckTicket]) -> Void)]>([])

  var all: [BatchQueue] { state.withLock { $0.map(\.queue) } }

  func make(_ client: Int, _ tenant: String?, _ settled: @escaping @Sendable ([AckTicket]) -> Void) -> BatchQueue {
    let queue = BatchQueue(client: client, tenant: tenant)
    state.withLock { $0.append((queue, settled)) }
    return queue
  }

  /// The queue of a client, which is made with its first entry.
  func queue(of client: Int) async -> (BatchQueue, @Sendable ([AckTicket]) -> Void) {
    while true {
      let found = state.withLock { $0.last { $0.queue.client == client } }
      if let found { return (found.queue, found.settled) }
      try? await Task.sleep(for: .milliseconds(2))
    }
  }
}

/// Keeps requests as they are.
private struct KeepingOutput: Output {
  struct Kept: PreparedBatch {
    let bytes: [UInt8]
    var wireBytes: Int { bytes.count }
    func send(tenant: String?) async -> SendOutcome { .delivered(status: 204) }
    func wireForm() -> [UInt8] { bytes }
  }

  func prepare(_ request: borrowing RequestPieces) -> any PreparedBatch {
    Kept(bytes: request.pieces.flatMap { Array($0) })
  }
}
