import AgentConfiguration
import Discovery
import Inputs
import LogModel
import Relabeling
import Synchronization
import Syscalls
import Tailing
import Telemetry

extension DiscoveredJob.Source {
  /// Whether it tells which pods there are.
  fileprivate var findsPods: Bool { if case .kubernetes = configuration { true } else { false } }
}

/// Jobs and their targets: what discovery found, what relabelling made of it, and what is read.
final class JobTargets: Sendable {
  /// One job as the pages show it.
  struct Job: Sendable {
    var name: String
    var rules: [RelabelConfiguration]
    var relabeler: Relabeler
    var staticGroups: [TargetGroup]
    var sources: [DiscoveredJob.Source] = []
    var files = FileTargets()
    /// What relabelling made of containers and their streams, by the rules of this job.
    var relabelled: [LabelSet: LabelSet?] = [:]
    /// Containers that are not read.
    var leftContainers: [FileTargets.Left] = []
    /// What was not read when the job's configuration was taken over, so that it is not counted again.
    var leftBefore: [FileTargets.Left] = []
    /// Containers whose logs are read through their engine.
    var containers: [ContainerTargets.Active] = []
    /// The journal that is read.
    var journal: JournalSource?
    /// Those of pods of the last run, until it is known which pods there are.
    var remembered: [FileTargets.Active] = []
    /// Those of pods that are gone.
    var held = HeldTargets()

    /// Files that are read, but for those of pods that are gone.
    var active: [FileTargets.Active] { files.active }
    /// What is not read.
    var left: [FileTargets.Left] { leftContainers + files.left }
    /// Whatever is read: targets that were found, those of pods that are gone, and of the last run while nobody tells which
    /// pods there are.
    var read: [FileTargets.Active] {
      held.held.isEmpty && remembered.isEmpty ? active : active + held.held.map(\.active) + remembered
    }
  }

  private let state = Mutex<[Job]>([])
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
      [(labels: [], value: Double(self?.jobs.reduce(0) { $0 + $1.held.held.count } ?? 0))]
    }
  }

  var jobs: [Job] { state.withLock { $0 } }

  /// Takes over the jobs of a configuration. What discovery found for a job that stays is kept until it tells anew.
  func configure(_ scrapeConfigs: [ScrapeConfiguration]) {
    state.withLock { jobs in
      let old = Dictionary(jobs.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
      jobs = scrapeConfigs.map { job in
        var new = Job(
          name: job.jobName, rules: job.relabelConfigs, relabeler: Relabeler(compiling: job.relabelConfigs),
          staticGroups: StaticDiscovery.groups(job.staticConfigs))
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
    state.withLock { jobs in
      for index in jobs.indices {
        jobs[index].remembered = targets.filter { $0.target.jobName == jobs[index].name }.map(FileTargets.Active.init)
      }
    }
  }

  /// What the next run is to know of pods.
  var pods: [RememberedPods.Target] {
    state.withLock { jobs in
      jobs.flatMap { job in
        job.read.compactMap { active in
          active.pod.map { RememberedPods.Target(pod: $0, target: active.target) }
        }
      }
    }
  }

  /// All files and other sources to read, with what was found by now.
  func targets(_ discovered: [DiscoveredJob]) -> (files: [FileTarget], sources: [JobSource]) {
    let found = Dictionary(discovered.map { ($0.name, $0.sources) }, uniquingKeysWith: { first, _ in first })
    return state.withLock { jobs in
      for index in jobs.indices {
        jobs[index].sources = found[jobs[index].name] ?? []
        let job = jobs[index]
        let containers = ContainerTargets(
          job.sources, jobName: job.name, relabeler: job.relabeler, input: docker, known: job.relabelled)
        let new = FileTargets(
          job.staticGroups + containers.files, job: index, jobName: job.name, relabeler: job.relabeler,
          host: host, directory: directory, after: job.files)
        count(
          containers.left + new.changedLeft, before: job.leftBefore + job.leftContainers + new.former.left)
        let isKnown = found[job.name] != nil && job.sources.allSatisfy { $0.hasAnswered || !$0.findsPods }
        jobs[index].held.update(
          before: new.former.active + (isKnown ? job.remembered : []), after: new, now: Clock.monotonic())
        if isKnown { jobs[index].remembered = [] }
        jobs[index].files = new
        jobs[index].relabelled = containers.relabelled
        jobs[index].containers = containers.active
        jobs[index].leftContainers = containers.left
        jobs[index].leftBefore = []
      }
      active.set(Double(jobs.reduce(0) { $0 + $1.active.count + $1.containers.count }))
      return (Self.all(jobs), Self.sources(jobs))
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
  /// - Returns: all targets to read, or nil when nothing has changed.
  func release(_ files: MatchedFiles) -> [FileTarget]? {
    state.withLock { jobs in
      var isChanged = false
      for index in jobs.indices where jobs[index].held.release(now: Clock.monotonic(), files: files) {
        isChanged = true
      }
      return isChanged ? Self.all(jobs) : nil
    }
  }

  /// Whether there are targets of deleted pods.
  var holds: Bool { state.withLock { jobs in jobs.contains { !$0.held.held.isEmpty } } }

  /// What is read beside files, with jobs by place.
  private static func sources(_ jobs: [Job]) -> [JobSource] {
    jobs.indices.flatMap { index in
      jobs[index].containers.map { JobSource(job: index, source: $0.source) }
        + (jobs[index].journal.map { [JobSource(job: index, source: $0)] } ?? [])
    }
  }

  /// With their jobs by place.
  private static func all(_ jobs: [Job]) -> [FileTarget] {
    jobs.indices.flatMap { index in
      jobs[index].read.map { read in
        var target = read.target
        target.job = index
        return target
      }
    }
  }
}
