import AgentConfiguration
import Discovery
import Inputs
import LogModel
import Relabeling
import Synchronization
import Syscalls
import Tailing
import Telemetry

/// Jobs and their targets: what discovery found, what relabelling made of it, and what is read.
final class JobTargets: Sendable {
  private struct State {
    var jobs: [Job] = []
    /// Another number whenever other files are read.
    var version = 0
  }

  private let state = Mutex(State())
  private let active: Gauge
  private let failed: MetricFamily<Counter>
  private let docker: DockerInput
  private let makeJournal: @Sendable (ScrapeConfiguration) -> JournalSource?
  private let host = Host.name
  private let directory = Host.workingDirectory

  init(registry: MetricRegistry, log: Log) {
    makeJournal = { JournalWiring.source($0, registry: registry, log: log) }
    docker = DockerInput(DockerMetrics(registry))
    active = registry.gauge("promtail_targets_active_total", "Targets whose files are read.").with()
    active.set(0)
    failed = registry.counter(
      "promtail_targets_failed_total", "Targets that are not read, by reason.", labels: ["reason"])
    registry.computed(
      "swiftail_targets_held", "Targets of deleted pods whose files are not read to the end yet."
    ) { [weak self] in
      [(labels: [], value: Double(self?.heldCount ?? 0))]
    }
  }

  var jobs: [Job] { state.withLock { $0.jobs } }

  /// Takes over the jobs of a configuration. Discoveries are to tell all that they found anew.
  func configure(_ scrapeConfigs: [ScrapeConfiguration]) {
    state.withLock { state in
      state.version += 1
      let old = Dictionary(state.jobs.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
      state.jobs = scrapeConfigs.enumerated().map { index, job in
        let relabeler = Relabeler(compiling: job.relabelConfigs)
        var new = Job(
          name: job.jobName, relabeler: relabeler,
          files: FileTargets(
            job: index, jobName: job.jobName, relabeler: relabeler, host: host, directory: directory))
        new.files.replace(StaticDiscovery.groups(job.staticConfigs), of: FileTargets.staticGroups)
        new.journal = makeJournal(job)
        new.leftBefore = old[job.jobName]?.left ?? []
        new.held = old[job.jobName]?.held ?? HeldTargets()
        new.remembered = old[job.jobName]?.remembered ?? []
        return new
      }
    }
  }

  /// Takes over what the last run knew of pods.
  func remember(_ targets: [RememberedPods.Target]) {
    state.withLock { state in
      for index in state.jobs.indices {
        let name = state.jobs[index].name
        state.jobs[index].remembered = targets.filter { $0.target.jobName == name }.map(FileTargets.Active.init)
      }
    }
  }

  /// Another number whenever `pods` may be others.
  var podsVersion: Int { state.withLock { $0.version } }

  /// What the next run is to know of pods.
  var pods: [RememberedPods.Target] {
    jobs.flatMap { job in
      job.files.pods
        + (job.held.held.map(\.active) + job.remembered).compactMap { active in
          active.pod.map { RememberedPods.Target(pod: $0, target: active.target) }
        }
    }
  }

  /// All files and other sources to read, with their jobs by place.
  var all: (files: [FileTarget], sources: [JobSource]) {
    state.withLock { state in
      (state.jobs.flatMap { job in job.read.map { job.numbered($0.target) } }, Self.sources(state.jobs))
    }
  }

  /// Takes over what discoveries found.
  /// - Returns: how that changes which files are read, and the other sources where they are others.
  @discardableResult
  func update(_ discovered: [DiscoveredJob]) -> (files: TargetChange, sources: [JobSource]?) {
    let found = Dictionary(discovered.map { ($0.name, $0.sources) }, uniquingKeysWith: { first, _ in first })
    return state.withLock { state in
      var files = TargetChange()
      var concernsContainers = false
      for index in state.jobs.indices {
        let change = state.jobs[index].take(found[state.jobs[index].name], docker, now: Clock.monotonic())
        count(change.left, before: change.formerLeft)
        files.append(change.files)
        if change.concernsContainers { concernsContainers = true }
      }
      if !files.isEmpty { state.version += 1 }
      active.set(Double(state.jobs.reduce(0) { $0 + $1.files.activeCount + $1.containers.count }))
      return (files, concernsContainers ? Self.sources(state.jobs) : nil)
    }
  }

  /// Counts targets that are not read; one that is left out time and again counts once.
  private func count(_ left: [FileTargets.Left], before: [FileTargets.Left]) {
    if left.isEmpty { return }
    var known: [FileTargets.Left: Int] = [:]
    for one in before { known[one, default: 0] += 1 }
    for one in left {
      if let count = known[one], count > 0 {
        known[one] = count - 1
      } else {
        failed.with(one.failure.rawValue).add()
      }
    }
  }

  /// Lets go the targets of deleted pods whose files are read to the end.
  /// - Parameter files: asked for when there is something to be learned from them.
  /// - Returns: how that changes which files are read.
  func release(_ look: HeldTargets.Look, _ files: () -> MatchedFiles) -> TargetChange {
    let now = Clock.monotonic()
    guard state.withLock({ $0.jobs.contains { $0.held.areWorthALook(look, now: now) } }) else { return TargetChange() }
    let files = files()
    return state.withLock { state in
      var change = TargetChange()
      for index in state.jobs.indices {
        change.append(state.jobs[index].release(look, files, now: now))
      }
      if !change.isEmpty { state.version += 1 }
      return change
    }
  }

  /// Whether there are targets of deleted pods.
  var holds: Bool { heldCount > 0 }

  private var heldCount: Int { state.withLock { $0.jobs.reduce(0) { $0 + $1.held.held.count } } }

  /// What is read beside files, with jobs by place.
  private static func sources(_ jobs: [Job]) -> [JobSource] {
    jobs.indices.flatMap { index in
      jobs[index].containers.map { JobSource(job: index, source: $0.source) }
        + (jobs[index].journal.map { [JobSource(job: index, source: $0)] } ?? [])
    }
  }
}
