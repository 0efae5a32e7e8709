public import AgentConfiguration
import Synchronization
public import Telemetry

/// What all discoveries of a job have found.
public struct DiscoveredJob: Sendable {
  public struct Source: Sendable {
    /// `file_sd`, `consul_sd` …
    public var mechanism: String
    public var groups: [TargetGroup]
    /// Why the last try found nothing out; what was found before holds on.
    public var failure: String?
    /// Whether it has found out anything yet.
    public var hasAnswered: Bool
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
    /// By source, in the order they came.
    var groups: [TargetGroup] = []
    var failure: String?
    var hasAnswered = false
  }

  private struct State {
    var jobs: [String] = []
    var entries: [Entry] = []
    var nextNumber = 0
    /// A call of `changed` is on its way.
    var isTelling = false
  }

  /// Changes that come together are told together.
  private static let calm: Int64 = 100_000_000

  private let state = Mutex(State())
  private let userAgent: String
  private let log: Log
  private let failures: MetricFamily<Counter>
  private let changed: @Sendable () -> Void

  /// - Parameter changed: called when `jobs` has become another, a moment after the last change.
  public init(userAgent: String, registry: MetricRegistry, log: Log, changed: @escaping @Sendable () -> Void) {
    self.userAgent = userAgent
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
    let made = try wanted.map { try Discoverers.make($0.configuration, userAgent: userAgent) }
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
              mechanism: $0.configuration.mechanism, groups: $0.groups, failure: $0.failure,
              hasAnswered: $0.hasAnswered)
          })
      }
    }
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
      var entry = state.entries[place]
      let before = (entry.groups, entry.hasAnswered, entry.failure)
      switch update {
      case .some(let groups):
        for group in groups {
          if let known = entry.groups.firstIndex(where: { $0.source == group.source }) {
            if group.targets.isEmpty { entry.groups.remove(at: known) } else { entry.groups[known] = group }
          } else if !group.targets.isEmpty {
            entry.groups.append(group)
          }
        }
        entry.hasAnswered = true
        entry.failure = nil
      case .all(let groups):
        entry.groups = groups
        entry.hasAnswered = true
        entry.failure = nil
      case .failed(let reason):
        failed = (entry.job, entry.configuration.mechanism, reason)
        entry.failure = reason
      }
      state.entries[place] = entry
      guard before != (entry.groups, entry.hasAnswered, entry.failure), !state.isTelling else { return false }
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
        await nap(Self.calm)
        state.withLock { $0.isTelling = false }
        changed()
      }
    }
  }
}
