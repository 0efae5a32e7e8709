public import Delivery
public import Feeding
public import Pipeline
public import Positions
import Synchronization
public import Syscalls
public import Tailing
public import Telemetry

/// One client as the data path sees it.
public struct ClientSetup: Sendable {
  public var sender: SenderSettings
  public var lane: LaneSettings
  /// Everything that decides what is sent where. A reload leaves a client alone whose signature stays.
  public var signature: String

  public init(sender: SenderSettings, lane: LaneSettings, signature: String) {
    self.signature = signature
    self.sender = sender
    self.lane = lane
  }
}

/// A scrape config as the data path sees it.
public struct DataPathJob: Sendable {
  public var name: String
  /// Everything that decides how lines are read. A reload leaves a job alone whose name and signature stay.
  public var signature: String
  public var encoding: ReadingJob.Encoded?
  public var compressed: ReadingJob.Compressed?
  /// Called once for each signature, since it makes the metrics that the pipeline counts in.
  public var compile: @Sendable () throws -> CompiledPipeline

  public init(
    name: String, signature: String, encoding: ReadingJob.Encoded? = nil, compressed: ReadingJob.Compressed? = nil,
    compile: @escaping @Sendable () throws -> CompiledPipeline
  ) {
    self.name = name
    self.signature = signature
    self.encoding = encoding
    self.compressed = compressed
    self.compile = compile
  }
}

/// A source that is no file, and the job that reads it.
public struct JobSource: Sendable {
  /// The job's place in the configuration.
  public var job: Int
  public var source: any EntrySource

  public init(job: Int, source: any EntrySource) {
    self.job = job
    self.source = source
  }
}

/// What the data path is made of.
public struct DataPathSetup: Sendable {
  public var clients: [ClientSetup]
  public var jobs: [DataPathJob]
  /// Their jobs by place in `jobs`.
  public var targets: [FileTarget]
  /// What is read beside files.
  public var sources: [JobSource]
  /// Of `target_config`: nanoseconds.
  public var targetSyncPeriod: Int64
  public var positionsPath: String
  /// nil: positions are not written.
  public var positionsSyncPeriod: Int64?
  /// `file_watch_config` where it was written: nanoseconds.
  public var pollInterval: Int64?
  public var readers: Int
  public var rotatedLimits: RotatedLimits

  public init(
    clients: [ClientSetup], jobs: [DataPathJob], targets: [FileTarget], sources: [JobSource] = [],
    targetSyncPeriod: Int64, positionsPath: String, positionsSyncPeriod: Int64?, pollInterval: Int64?, readers: Int,
    rotatedLimits: RotatedLimits = .standard
  ) {
    self.clients = clients
    self.jobs = jobs
    self.targets = targets
    self.sources = sources
    self.targetSyncPeriod = targetSyncPeriod
    self.positionsPath = positionsPath
    self.positionsSyncPeriod = positionsSyncPeriod
    self.pollInterval = pollInterval
    self.readers = readers
    self.rotatedLimits = rotatedLimits
  }
}

/// Files to clients and acknowledgements back: scanner, readers, senders and positions, wired together.
public final class DataPath: Sendable {
  private let keeper: PositionKeeper
  private let pool: ReaderPool
  public let scanner: Scanner
  private let metrics: DeliveryMetrics
  private let tailing: TailingMetrics
  private let clients: ClientPlaces
  private let sources: SourceSet
  private let jobs: Mutex<JobNumbers>

  /// Starts reading.
  /// - Throws: when positions cannot be read, or the system gives no thread or descriptor.
  public init(_ setup: DataPathSetup, registry: MetricRegistry, log: Log, files: any FileSystem = LinuxFileSystem())
    throws
  {
    let keeper = try PositionKeeper(
      storage: PositionsFileStorage(path: setup.positionsPath, files: files, log: log),
      syncPeriod: setup.positionsSyncPeriod,
      exists: { path in
        if case .success = files.status(at: path) { return true }
        return false
      }, log: log, registry: registry)
    self.keeper = keeper
    let metrics = DeliveryMetrics(registry)
    let tailing = TailingMetrics(registry)
    UnackedMetrics.register(keeper.table, in: registry)
    let clients = ClientPlaces(metrics: metrics, log: log, prepare: { keeper.saveStamps() })
    let change = clients.change(to: setup.clients)
    self.metrics = metrics
    self.tailing = tailing
    self.clients = clients
    var numbers = JobNumbers()
    let reading = try numbers.take(setup.jobs)
    pool = try ReaderPool(count: setup.readers) { inbox in
      ReaderSetup(
        files: files, jobs: reading, clients: change.added.map(\.client),
        makeQueue: { client, tenant in clients.makeQueue(client, tenant, settled: { inbox.put(.settled($0)) }) },
        positions: keeper.table, metrics: tailing, log: log, pollInterval: setup.pollInterval,
        rotatedLimits: setup.rotatedLimits)
    }
    scanner = try Scanner(
      targets: numbers.numbered(setup.targets), syncPeriod: setup.targetSyncPeriod, files: files, log: log,
      readers: pool.inboxes, known: keeper.table.known)
    sources = try SourceSet(
      FeederSetup(
        clients: change.added.map(\.client),
        makeQueue: { client, tenant, settled in clients.makeQueue(client, tenant, settled: settled) },
        positions: keeper.table, metrics: FeedingMetrics(registry), log: log))
    sources.update(numbers.numbered(setup.sources))
    jobs = Mutex(numbers)
  }

  /// Compiles the pipelines that have changed, for `apply`.
  /// - Throws: what a pipeline needs is not there, such as a database; nothing has changed then.
  public func prepare(_ new: [DataPathJob]) throws -> PreparedJobs {
    var numbers = jobs.withLock { $0 }
    let reading = try numbers.take(new)
    return PreparedJobs(numbers: numbers, reading: reading)
  }

  /// Takes over another configuration. Files, clients and jobs that are in both are not touched; a file whose job or
  /// target changed is read on from where it was acknowledged.
  public func apply(
    _ prepared: PreparedJobs, targets: [FileTarget], sources: [JobSource], clients setups: [ClientSetup],
    rotatedLimits: RotatedLimits
  ) {
    let change = clients.change(to: setups)
    jobs.withLock { $0 = prepared.numbers }
    let numbered = prepared.numbers.numbered(targets)
    for inbox in pool.inboxes {
      inbox.put(.jobs(prepared.reading, rotatedLimits))
      if !change.added.isEmpty || !change.removed.isEmpty { inbox.put(.clients(change)) }
    }
    scanner.update(numbered)
    if !change.added.isEmpty || !change.removed.isEmpty { self.sources.change(change) }
    self.sources.update(prepared.numbers.numbered(sources))
  }

  /// Other targets of the same jobs: what discoveries tell.
  public func update(targets: TargetChange) {
    if targets.isEmpty { return }
    scanner.update(jobs.withLock { jobs in targets.mapped { jobs.numbered($0) } })
  }

  /// Other sources of the same jobs.
  public func update(sources: [JobSource]) {
    self.sources.update(jobs.withLock { $0.numbered(sources) })
  }

  /// How the sources are that are no files.
  public var sourceStatuses: [SourceStatus] { sources.statuses }

  /// Whether positions.yaml has a key, of this run or the last.
  public func knows(entry: String) -> Bool { keeper.table.knows(entry: entry) }

  /// The files that are read at present, and how far.
  public var files: [FilePosition] { keeper.table.files }

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
    await sources.drain()
    await clients.finish(grace: grace)
    await offPool { [pool, sources, keeper] in
      pool.finish()
      sources.finish()
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

/// Jobs with their pipelines compiled, ready to be taken over.
public struct PreparedJobs: Sendable {
  fileprivate var numbers: JobNumbers
  fileprivate var reading: [Int: ReadingJob]
}

/// Gives each job that ever was a number, the same as long as its signature stays.
private struct JobNumbers: Sendable {
  private struct Known {
    var number: Int
    var signature: String
    var reading: ReadingJob
  }
  private var byName: [String: Known] = [:]
  private var next = 0
  /// The numbers of the present jobs, by their place.
  private var places: [Int] = []

  mutating func take(_ jobs: [DataPathJob]) throws -> [Int: ReadingJob] {
    var kept: [String: Known] = [:]
    for job in jobs {
      if let known = byName[job.name], known.signature == job.signature {
        kept[job.name] = known
        continue
      }
      let reading = ReadingJob(pipeline: try job.compile(), encoding: job.encoding, compressed: job.compressed)
      kept[job.name] = Known(number: next, signature: job.signature, reading: reading)
      next += 1
    }
    byName = kept
    places = jobs.map { kept[$0.name]!.number }
    return Dictionary(uniqueKeysWithValues: kept.values.map { ($0.number, $0.reading) })
  }

  func numbered(_ sources: [JobSource]) -> [SourceTarget] {
    sources.compactMap { one in
      guard places.indices.contains(one.job),
        let known = byName.values.first(where: { $0.number == places[one.job] })
      else { return nil }
      return SourceTarget(source: one.source, pipeline: known.reading.pipeline, pipelineNumber: known.number)
    }
  }

  func numbered(_ targets: [FileTarget]) -> [FileTarget] { targets.compactMap { numbered($0) } }

  func numbered(_ target: FileTarget) -> FileTarget? {
    guard places.indices.contains(target.job) else { return nil }
    var target = target
    target.job = places[target.job]
    return target
  }
}
