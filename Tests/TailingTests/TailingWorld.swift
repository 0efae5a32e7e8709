import AgentConfiguration
import LogModel
import Pipeline
import SwiftailTesting
import Syscalls
import Telemetry

@testable import Delivery
@testable import Positions
@testable import Tailing

/// Scanner, reader, positions and an endpoint on a file system in memory, moved on step by step by one thread.
final class TailingWorld {
  struct Delivered: Hashable {
    var line: String
    var labels: String
    var timestamp: Int64
  }

  let clock = VirtualClock()
  let files: FakeFileSystem
  let registry = MetricRegistry()
  private let agentLog: Log
  /// What the agent said.
  var log: String { sink.text.joined() }
  private let sink = MessageSink()
  private let pattern: String
  private let stages: String
  private let clientNames: [String]

  private(set) var isRunning = false
  private var process: Process?
  /// Clients that take batches.
  var up: Set<Int>
  /// What each client was given and has answered for, in order.
  private(set) var delivered: [[Delivered]]

  init(pattern: String = "/l/app.log", stages: String = "[]", clients: [String] = ["a"]) {
    let clock = clock
    files = FakeFileSystem(now: { clock.wall() })
    let sink = sink
    agentLog = Log(sink: { sink.add($0) })
    agentLog.configure(level: .debug, format: .logfmt)
    self.pattern = pattern
    self.stages = stages
    clientNames = clients
    up = Set(clients.indices)
    delivered = clients.map { _ in [] }
  }

  // MARK: - The life of the process

  private final class Process {
    let table: PositionTable
    let writer: PositionWriter
    let inbox: ReaderInbox
    var reader: Reader
    var scan: ScanLoop
    let queues = QueueList()
    let shared: Scanner.Shared
    /// Batches that a client has and has not answered yet.
    var inFlight: [(queue: BatchQueue, batch: SealedBatch)] = []

    init(_ world: TailingWorld) throws {
      let storage = PositionsFileStorage(path: "/run/positions.yaml", files: world.files, log: world.agentLog)
      let files = world.files
      table = PositionTable(try storage.load())
      writer = PositionWriter(
        table: table, storage: storage,
        exists: { path in
          if case .success = files.status(at: path) { return true }
          return false
        }, log: world.agentLog, failures: world.registry.counter("write_failures", "").with())
      inbox = try ReaderInbox()
      let queues = queues
      let pipeline = try CompiledPipeline(try stageConfigurations(world.stages), registry: world.registry)
      reader = Reader(
        setup: ReaderSetup(
          files: world.files, clocks: world.clock, jobs: [0: ReadingJob(pipeline: pipeline)],
          clients: world.clientNames.map {
            ReadingClient(
              name: $0,
              lane: LaneSettings(
                batchWait: 100_000_000, batchSize: 2000, externalLabels: .empty, output: KeepingOutput()))
          },
          makeQueue: { client, tenant in queues.make(client, tenant) }, positions: table,
          metrics: TailingMetrics(world.registry), log: world.agentLog, pollInterval: 250_000_000),
        inbox: inbox)
      let target = FileTarget(
        job: 0, jobName: "test", path: world.pattern, exclude: "", labels: LabelSet(["job": "test"]))
      shared = try Scanner.Shared([target])
      scan = ScanLoop(
        shared: shared, syncPeriod: 1, files: world.files, clocks: world.clock, log: world.agentLog, readers: [inbox],
        known: table.known)
    }

    func end() {
      for (_, batch) in inFlight { batch.takeReceipt()?.returned() }
      for queue in queues.all { while let batch = queue.takeNow() { batch.takeReceipt()?.returned() } }
      inbox.wake.close()
      shared.wake.close()
    }
  }

  func start() throws {
    process = try Process(self)
    isRunning = true
    look()
  }

  /// As kill -9: nothing is written any more.
  func kill() {
    process?.end()
    process = nil
    isRunning = false
    files.closeAll()
  }

  /// As SIGTERM: what is in hand is sent once more, positions are written.
  func stop() {
    guard let process else { return }
    process.inbox.put(.drain {})
    _ = process.reader.turn()
    take()
    answer(.max)
    _ = process.reader.turn()
    process.inbox.put(.finish)
    _ = process.reader.turn()
    process.writer.save()
    kill()
  }

  // MARK: - Steps

  /// The scanner looks at everything.
  func look() {
    guard let process else { return }
    process.scan.takeOver()
    process.scan.scan()
  }

  /// The reader does what there is to do. A new file is on disk soon after: here at once.
  /// - Parameter gathered: seconds that its thread waited for more since the first event.
  func read(gathered: Double = 0) {
    guard let process else { return }
    process.reader.writtenSince = clock.monotonic() - Int64(gathered * 1e9)
    _ = process.reader.turn()
    if process.table.takeHasNew() { process.writer.save() }
  }

  /// How long the reader's thread would wait for more: milliseconds.
  var gathering: Int64? { process.map { $0.reader.gathering(clock.monotonic()) / 1_000_000 } }

  /// The kernel tells of changes.
  func wake() { process?.reader.nextPoll = 0 }

  func savePositions() { process?.writer.save() }

  /// Whether the scanner has a file under the path in view, be it the present one or not.
  func sees(_ path: String) -> Bool { process?.scan.targets.values.contains { $0.found[path] != nil } ?? false }

  /// Whether the agent knows of a file that lay under the path, now or at its next start.
  func knows(_ path: String) -> Bool {
    let stored = PositionsFileStorage(path: "/run/positions.yaml", files: files, log: Log(sink: { _ in }))
    return ((try? stored.load())?.files ?? []).contains { $0.path == path }
  }

  /// Clients that are up take what waits.
  func take() {
    guard let process else { return }
    for queue in process.queues.all where up.contains(queue.client) {
      // One at a time, so that order holds.
      guard !process.inFlight.contains(where: { $0.queue === queue }), let batch = queue.takeNow() else { continue }
      process.writer.saveStamps()
      process.inFlight.append((queue, batch))
    }
  }

  /// Up to `count` batches are answered for.
  func answer(_ count: Int) {
    guard let process else { return }
    var left = count
    while left > 0, let place = process.inFlight.firstIndex(where: { up.contains($0.queue.client) }) {
      let (queue, batch) = process.inFlight.remove(at: place)
      note(batch, client: queue.client)
      if let receipt = batch.takeReceipt() { process.inbox.put(.settled(receipt.delivered())) }
      left -= 1
      take()
    }
  }

  /// An answer that got lost: the client has the batch, and nobody knows.
  func answerIsLost() {
    guard let process, let first = process.inFlight.first else { return }
    note(first.batch, client: first.queue.client)
  }

  private func note(_ batch: SealedBatch, client: Int) {
    batch.request.wireForm().withUnsafeBytes { raw in
      guard let request = try? PushRequest(decoding: raw) else { return }
      for stream in request.streams {
        let labels = String(decoding: raw[stream.labels], as: UTF8.self)
        for entry in stream.entries {
          delivered[client].append(
            Delivered(
              line: String(decoding: raw[entry.line], as: UTF8.self), labels: labels, timestamp: entry.timestamp))
        }
      }
    }
  }

  /// Goes on until nothing more happens.
  func settle(seconds: Double = 20) {
    up = Set(clientNames.indices)
    for _ in 0..<Int(seconds * 4) {
      clock.advance(seconds: 0.25)
      look()
      for _ in 0..<4 {
        read()
        take()
        answer(.max)
      }
    }
  }

  func metric(_ name: String) -> Double {
    registry.exposition().split(separator: "\n").filter { $0.hasPrefix(name + " ") || $0.hasPrefix(name + "{") }
      .compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }.reduce(0, +)
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

/// Queues as the reader makes them; nobody but the test empties them.
private final class QueueList: @unchecked Sendable {
  // Sendable: one thread does everything.
  var all: [BatchQueue] = []

  func make(_ client: Int, _ tenant: String?) -> BatchQueue {
    let queue = BatchQueue(client: client, tenant: tenant)
    all.append(queue)
    return queue
  }
}

private final class MessageSink: @unchecked Sendable {
  // Sendable: one thread does everything.
  var text: [String] = []
  func add(_ line: String) { text.append(line) }
}

private func stageConfigurations(_ text: String) throws -> [StageConfiguration] {
  try AgentConfiguration.load(
    text: "scrape_configs: [{job_name: test, pipeline_stages: \(text), static_configs: [{labels: {}}]}]", file: "test"
  ).scrapeConfigs[0].pipelineStages
}
