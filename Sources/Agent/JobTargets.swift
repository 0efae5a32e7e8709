import AgentConfiguration
import Discovery
import Inputs
import Relabeling
import Synchronization
import Tailing
import Telemetry

/// Jobs and their targets: what discovery found, what relabelling made of it, and what is read.
final class JobTargets: Sendable {
  /// One job as the pages show it.
  struct Job: Sendable {
    var name: String
    var rules: [RelabelConfiguration]
    var relabeler: Relabeler
    var staticGroups: [TargetGroup]
    var sources: [DiscoveredJob.Source] = []
    var active: [FileTargets.Active] = []
    var left: [FileTargets.Left] = []
  }

  private let state = Mutex<[Job]>([])
  private let active: Gauge
  private let failed: MetricFamily<Counter>
  private let host = Host.name
  private let directory = Host.workingDirectory

  init(registry: MetricRegistry) {
    active = registry.gauge("promtail_targets_active_total", "Targets whose files are read.").with()
    active.set(0)
    failed = registry.counter(
      "promtail_targets_failed_total", "Targets that are not read, by reason.", labels: ["reason"])
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
        new.left = old[job.jobName]?.left ?? []
        return new
      }
    }
  }

  /// All targets to read, with what was found by now.
  func targets(_ discovered: [DiscoveredJob]) -> [FileTarget] {
    let found = Dictionary(discovered.map { ($0.name, $0.sources) }, uniquingKeysWith: { first, _ in first })
    return state.withLock { jobs in
      for index in jobs.indices {
        jobs[index].sources = found[jobs[index].name] ?? []
        let job = jobs[index]
        let new = FileTargets(
          job.staticGroups + job.sources.flatMap(\.groups), job: index, jobName: job.name, relabeler: job.relabeler,
          host: host, directory: directory)
        // A target that is left out time and again counts once.
        var known = job.left
        for left in new.left {
          if let place = known.firstIndex(of: left) {
            known.remove(at: place)
          } else {
            failed.with(left.failure.rawValue).add()
          }
        }
        jobs[index].active = new.active
        jobs[index].left = new.left
      }
      active.set(Double(jobs.reduce(0) { $0 + $1.active.count }))
      return jobs.flatMap { $0.active.map(\.target) }
    }
  }
}
