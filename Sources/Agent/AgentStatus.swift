import AgentConfiguration
import Synchronization
import Tailing
import Telemetry

/// What the agent's pages show: jobs, their targets and files, and whether the agent is able to work.
final class AgentStatus: Sendable {
  struct Job: Sendable {
    var name: String
    var targets: [FileTarget]
  }

  let configuration: AgentConfiguration
  let registry: MetricRegistry
  let jobs: [Job]
  private let scanner: Scanner

  init(configuration: AgentConfiguration, registry: MetricRegistry, jobs: [Job], scanner: Scanner) {
    self.configuration = configuration
    self.registry = registry
    self.jobs = jobs
    self.scanner = scanner
  }

  /// nil when the agent is ready, else why it is not.
  ///
  /// Ready means able to work: the configuration is loaded, positions were read and the files were looked for once.
  /// `health_check_target: true` brings Promtail's rule back, by which there must be a file.
  var notReady: String? {
    let view = scanner.view
    if configuration.server.healthCheckTarget == true, view.files.isEmpty {
      return "Not ready: Unable to find any logs to tail. Please verify permissions, volumes, scrape_config, etc.\n"
    }
    if configuration.server.healthCheckTarget == nil, view.scans == 0 { return "Not ready: looking for files\n" }
    return nil
  }

  /// Paths in view by target.
  var files: [FileTarget: [String]] {
    var files: [FileTarget: [String]] = [:]
    for (target, path) in scanner.view.files { files[target, default: []].append(path) }
    return files.mapValues { $0.sorted() }
  }
}
