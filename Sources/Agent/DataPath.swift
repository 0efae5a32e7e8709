public import Delivery
public import Pipeline
import Positions
import Synchronization
public import Syscalls
public import Tailing
public import Telemetry

/// One client as the data path sees it.
public struct ClientSetup: Sendable {
  public var sender: SenderSettings
  public var lane: LaneSettings

  public init(sender: SenderSettings, lane: LaneSettings) {
    self.sender = sender
    self.lane = lane
  }
}

/// What the data path is made of.
public struct DataPathSetup: Sendable {
  public var clients: [ClientSetup]
  /// One per scrape config, by its place.
  public var pipelines: [CompiledPipeline]
  public var targets: [FileTarget]
  /// Of `target_config`: nanoseconds.
  public var targetSyncPeriod: Int64
  public var positionsPath: String
  /// nil: positions are not written.
  public var positionsSyncPeriod: Int64?
  /// `file_watch_config` where it was written: nanoseconds.
  public var pollInterval: Int64?
  public var readers: Int

  public init(
    clients: [ClientSetup], pipelines: [CompiledPipeline], targets: [FileTarget], targetSyncPeriod: Int64,
    positionsPath: String, positionsSyncPeriod: Int64?, pollInterval: Int64?, readers: Int
  ) {
    self.clients = clients
    self.pipelines = pipelines
    self.targets = targets
    self.targetSyncPeriod = targetSyncPeriod
    self.positionsPath = positionsPath
    self.positionsSyncPeriod = positionsSyncPeriod
    self.pollInterval = pollInterval
    self.readers = readers
  }
}

/// Files to clients and acknowledgements back: scanner, readers, senders and positions, wired together.
public final class DataPath: Sendable {
  private let keeper: PositionKeeper
  private let pool: ReaderPool
  public let scanner: Scanner
  private let metrics: DeliveryMetrics
  private let tailing: TailingMetrics
  private let senders: SenderTasks
  private let stopSignal = StopSignal()

  /// Starts reading.
  /// - Throws: when positions cannot be read, or the system gives no thread or descriptor.
  public init(_ setup: DataPathSetup, registry: MetricRegistry, log: Log, files: any FileSystem = LinuxFileSystem())
    throws
  {
    keeper = try PositionKeeper(
      path: setup.positionsPath, syncPeriod: setup.positionsSyncPeriod, files: files, log: log, registry: registry)
    let metrics = DeliveryMetrics(registry)
    for client in setup.clients { metrics.announce(host: client.sender.host) }
    let tailing = TailingMetrics(registry)
    self.metrics = metrics
    self.tailing = tailing
    let senders = SenderTasks()
    self.senders = senders
    let stopSignal = stopSignal
    let keeper = keeper
    let table = keeper.table
    let lanes = setup.clients.map { client in
      var lane = client.lane
      lane.account = LimitAccount(metrics: metrics, host: client.sender.host, tenant: client.sender.tenant)
      return lane
    }
    pool = try ReaderPool(count: setup.readers) { inbox in
      ReaderSetup(
        files: files, pipelines: setup.pipelines, clientNames: setup.clients.map(\.sender.name),
        lanes: lanes,
        makeQueue: { client, tenant in
          let queue = BatchQueue(client: client, tenant: tenant)
          let sender = Sender(
            queue: queue, output: setup.clients[client].lane.output, settings: setup.clients[client].sender,
            metrics: metrics, log: log, stop: stopSignal, prepare: { keeper.saveStamps() },
            settled: { inbox.put(.settled($0)) })
          senders.start(queue, sender)
          return queue
        }, positions: table, metrics: tailing, log: log, pollInterval: setup.pollInterval)
    }
    scanner = try Scanner(
      targets: setup.targets, syncPeriod: setup.targetSyncPeriod, files: files, log: log, readers: pool.inboxes)
  }

  /// What was read and sent so far.
  public var progress: Progress {
    Progress(files: tailing.filesOpen, entries: metrics.entriesSent, bytes: tailing.bytesRead, lag: tailing.lag)
  }

  /// Stops reading, sends what is in hand, and writes positions. A batch that is not taken at the first try stays
  /// unacknowledged and is read again at the next start.
  /// - Parameter grace: how long sending may take.
  public func stop(grace: Duration) async {
    await offPool { [scanner] in scanner.close() }
    await pool.drain()
    stopSignal.raise()
    await senders.finish(grace: grace)
    await offPool { [pool, keeper] in
      pool.finish()
      keeper.close()
    }
  }

  /// Runs what blocks on a thread of its own, away from the cooperative pool.
  private func offPool(_ body: @escaping @Sendable () -> Void) async {
    await withCheckedContinuation { continuation in
      let thread = try? WorkerThread(name: "stop") {
        body()
        continuation.resume()
      }
      if thread == nil {
        body()
        continuation.resume()
      }
    }
  }
}

/// The tasks that send, one per queue.
private final class SenderTasks: Sendable {
  private let running = Mutex<[(queue: BatchQueue, task: Task<Void, Never>)]>([])

  func start(_ queue: BatchQueue, _ sender: Sender) {
    let task = Task { await sender.run() }
    running.withLock { $0.append((queue, task)) }
  }

  /// Lets every queue run empty; what is still being sent after `grace` is cancelled.
  func finish(grace: Duration) async {
    let all = running.withLock { $0 }
    for (queue, _) in all { queue.close() }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { for (_, task) in all { await task.value } }
      group.addTask {
        try? await Task.sleep(for: grace)
        for (_, task) in all { task.cancel() }
      }
      await group.next()
      group.cancelAll()
    }
    for (_, task) in all { await task.value }
  }
}
