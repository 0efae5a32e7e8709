public import AgentConfiguration
import Synchronization
import Syscalls
public import Telemetry

/// How the discoveries of a job fare, and what they have found since they were last asked.
public struct DiscoveredJob: Sendable {
  public struct Source: Sendable {
    /// Stays for as long as the discovery goes on; no other ever has it.
    public var number: Int
    public var configuration: DiscoveryConfiguration
    /// All targets found.
    public var targetCount: Int
    /// Why the last try found nothing out; what was found before holds on.
    public var failure: String?
    /// Whether it has found out anything yet.
    public var hasAnswered: Bool
    /// Where containers were found, whose logs can be read through it.
    public var engine: DockerEngine?
    /// Groups that are new or have become others; one without targets is gone.
    public var changes: [TargetGroup]

    /// `file_sd`, `consul_sd` …
    public var mechanism: String { configuration.mechanism }
  }

  public var name: String
  public var sources: [Source]
}

/// The discoveries of all jobs: starts them, keeps those that a new configuration has too, and collects what they find.
public final class DiscoverySet: Sendable {
  private struct Entry {
    var number: Int
    var job: String
    var configuration: DiscoveryConfiguration
    var task: Task<Void, Never>
    var groups = TargetGroups()
    /// Sources of groups that have changed since somebody took note, in the order of their changes.
    var changed: [String] = []
    var failure: String?
    var hasAnswered = false

    init(number: Int, job: String, configuration: DiscoveryConfiguration, task: Task<Void, Never>) {
      self.number = number
      self.job = job
      self.configuration = configuration
      self.task = task
    }

    /// Groups that have changed, or all of them.
    mutating func takeChanges(all: Bool) -> [TargetGroup] {
      defer { changed = [] }
      if all { return groups.all }
      var known: Set<String> = []
      return changed.filter { known.insert($0).inserted }.map { groups[$0] ?? .gone($0) }
    }
  }

  private struct State {
    var jobs: [String] = []
    var entries: [Entry] = []
    var nextNumber = 0
    /// A call of `changed` is on its way.
    var isTelling = false
    /// When the last one was made, on the monotonic clock: nanoseconds.
    var toldAt: Int64 = 0
  }

  /// Changes that come together are told together.
  private static let calm: Int64 = 100_000_000
  /// Where changes come without end, they are told no more often than this.
  private static let pace: Int64 = 500_000_000

  private let state = Mutex(State())
  private let host: String
  private let userAgent: String
  private let watches = WatchPool()
  private let engines: EnginePool
  private let log: Log
  private let failures: MetricFamily<Counter>
  private let changed: @Sendable () -> Void

  /// - Parameters:
  ///   - host: the name of the node that the agent runs on.
  ///   - engines: container engines, which are shared with those who read logs.
  ///   - changed: called when there are `changes`, a moment after the first of them.
  public init(
    host: String, userAgent: String, engines: EnginePool, registry: MetricRegistry, log: Log,
    changed: @escaping @Sendable () -> Void
  ) {
    self.host = host
    self.userAgent = userAgent
    self.engines = engines
    self.log = log
    self.changed = changed
    failures = registry.counter(
      "swiftail_discovery_failures_total", "Times that a discovery found nothing out.", labels: ["job", "mechanism"])
    registry.computed("swiftail_discovered_targets", "Targets found, before relabelling.") { [weak self] in
      self?.state.withLock { state in
        state.entries.map { entry in
          (
            labels: [("job", entry.job), ("mechanism", entry.configuration.mechanism)],
            value: Double(entry.groups.targetCount)
          )
        }
      } ?? []
    }
  }

  /// Starts what is new, stops what is gone, and leaves alone what stayed.
  /// - Throws: when a new one cannot be made; nothing has changed then.
  public func apply(_ jobs: [ScrapeConfiguration]) throws {
    let wanted = jobs.flatMap { job in job.discoveries.map { (job: job.jobName, configuration: $0) } }
    let made = try wanted.map {
      try Discoverers.make($0.configuration, host: host, userAgent: userAgent, watches: watches, engines: engines)
    }
    let gone = state.withLock { state in
      var old = state.entries
      state.jobs = jobs.map(\.jobName)
      state.entries = zip(wanted, made).map { one, discoverer in
        if let place = old.firstIndex(where: { $0.job == one.job && $0.configuration == one.configuration }) {
          return old.remove(at: place)
        }
        let number = state.nextNumber
        state.nextNumber += 1
        let updates = DiscoveryUpdates { [weak self] in self?.take($0, from: number) }
        return Entry(
          number: number, job: one.job, configuration: one.configuration,
          task: Task { await discoverer.run(updates) })
      }
      return old
    }
    for entry in gone { entry.task.cancel() }
  }

  /// All jobs in the order of the configuration, with what has changed since the last call.
  /// - Parameter all: tell of all groups, for one who knows of none.
  public func changes(all: Bool = false) -> [DiscoveredJob] {
    state.withLock { state in
      var jobs = state.jobs.map { DiscoveredJob(name: $0, sources: []) }
      for index in state.entries.indices {
        let changes = state.entries[index].takeChanges(all: all)
        let entry = state.entries[index]
        let source = DiscoveredJob.Source(
          number: entry.number, configuration: entry.configuration, targetCount: entry.groups.targetCount,
          failure: entry.failure, hasAnswered: entry.hasAnswered, engine: engine(entry.configuration), changes: changes)
        for job in jobs.indices where jobs[job].name == entry.job { jobs[job].sources.append(source) }
      }
      return jobs
    }
  }

  private func engine(_ configuration: DiscoveryConfiguration) -> DockerEngine? {
    if case .docker(let docker) = configuration { try? engines.engine(docker) } else { nil }
  }

  public func stop() {
    let entries = state.withLock { state in
      defer { state.entries = [] }
      return state.entries
    }
    for entry in entries { entry.task.cancel() }
  }

  private func take(_ update: DiscoveryUpdates.Update, from number: Int) {
    var failed: (job: String, mechanism: String, reason: String)?
    let mustTell = state.withLock { state in
      guard let place = state.entries.firstIndex(where: { $0.number == number }) else { return false }
      var isChanged = !state.entries[place].hasAnswered || state.entries[place].failure != nil
      switch update {
      case .some(let groups):
        for group in groups where state.entries[place].groups.put(group) {
          state.entries[place].changed.append(group.source)
          isChanged = true
        }
        state.entries[place].hasAnswered = true
        state.entries[place].failure = nil
      case .all(let groups):
        let changed = state.entries[place].groups.replace(groups)
        state.entries[place].changed += changed
        isChanged = isChanged || !changed.isEmpty
        state.entries[place].hasAnswered = true
        state.entries[place].failure = nil
      case .failed(let reason):
        let entry = state.entries[place]
        failed = (entry.job, entry.configuration.mechanism, reason)
        isChanged = entry.failure != reason
        state.entries[place].failure = reason
      }
      guard isChanged, !state.isTelling else { return false }
      state.isTelling = true
      return true
    }
    if let failed {
      failures.with(failed.job, failed.mechanism).add()
      log.warn(
        "discovery failed; targets found before stay", ("job", failed.job), ("mechanism", failed.mechanism),
        ("reason", failed.reason))
    }
    if mustTell {
      Task {
        let told = state.withLock { $0.toldAt }
        await nap(max(Self.calm, told + Self.pace - Clock.monotonic()))
        state.withLock {
          $0.isTelling = false
          $0.toldAt = Clock.monotonic()
        }
        changed()
      }
    }
  }
}
