public import AgentConfiguration
import Synchronization
import Syscalls
public import Telemetry

/// What all discoveries of a job have found.
public struct DiscoveredJob: Sendable {
  public struct Source: Sendable {
    public var configuration: DiscoveryConfiguration
    public var groups: [TargetGroup]
    /// Why the last try found nothing out; what was found before holds on.
    public var failure: String?
    /// Whether it has found out anything yet.
    public var hasAnswered: Bool
    /// Where containers were found, whose logs can be read through it.
    public var engine: DockerEngine?

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
    private(set) var groups: [TargetGroup] = []
    /// Where the group of a source is.
    private var places: [String: Int] = [:]
    var failure: String?
    var hasAnswered = false

    init(number: Int, job: String, configuration: DiscoveryConfiguration, task: Task<Void, Never>) {
      self.number = number
      self.job = job
      self.configuration = configuration
      self.task = task
    }

    mutating func replace(_ new: [TargetGroup]) {
      groups = new.filter { !$0.targets.isEmpty }
      places = Dictionary(zip(groups.map(\.source), groups.indices), uniquingKeysWith: { _, last in last })
    }

    /// Puts a group in the place of that with the same source; one without targets removes it.
    /// - Returns: whether anything changed.
    mutating func put(_ group: TargetGroup) -> Bool {
      guard let place = places[group.source] else {
        if group.targets.isEmpty { return false }
        places[group.source] = groups.count
        groups.append(group)
        return true
      }
      if group.targets.isEmpty {
        // The last one takes its place: one that goes costs the same among thousands.
        places[group.source] = nil
        let last = groups.removeLast()
        if place < groups.count {
          groups[place] = last
          places[last.source] = place
        }
        return true
      }
      defer { groups[place] = group }
      return groups[place] != group
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
  ///   - changed: called when `jobs` has become another, a moment after the last change.
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
      (self?.jobs ?? []).flatMap { job in
        job.sources.map { source in
          (
            labels: [("job", job.name), ("mechanism", source.mechanism)],
            value: Double(source.groups.reduce(0) { $0 + $1.targets.count })
          )
        }
      }
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

  /// All jobs in the order of the configuration.
  public var jobs: [DiscoveredJob] {
    state.withLock { state in
      state.jobs.map { name in
        DiscoveredJob(
          name: name,
          sources: state.entries.filter { $0.job == name }.map {
            DiscoveredJob.Source(
              configuration: $0.configuration, groups: $0.groups, failure: $0.failure, hasAnswered: $0.hasAnswered,
              engine: engine($0.configuration))
          })
      }
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
      // Taken out and put back, so that its groups are not copied for every change.
      var entry = state.entries.remove(at: place)
      defer { state.entries.insert(entry, at: place) }
      var isChanged = !entry.hasAnswered || entry.failure != nil
      switch update {
      case .some(let groups):
        for group in groups where entry.put(group) { isChanged = true }
        entry.hasAnswered = true
        entry.failure = nil
      case .all(let groups):
        isChanged = isChanged || entry.groups != groups
        entry.replace(groups)
        entry.hasAnswered = true
        entry.failure = nil
      case .failed(let reason):
        failed = (entry.job, entry.configuration.mechanism, reason)
        isChanged = entry.failure != reason
        entry.failure = reason
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
