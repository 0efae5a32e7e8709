import AgentConfiguration
import Discovery
import Feeding
import Positions
import Synchronization
import Tailing
import Telemetry

/// What the agent's pages show: the configuration, jobs with their targets and files, and whether the agent is able to
/// work.
final class AgentStatus: Sendable {
  let registry: MetricRegistry
  let targets: JobTargets
  private let current: Mutex<AgentConfiguration>
  private let scanner: Scanner
  private let positions: @Sendable () -> [FilePosition]
  private let sources: @Sendable () -> [SourceStatus]

  /// - Parameters:
  ///   - positions: of the files that are read.
  ///   - sources: those that are no files.
  init(
    configuration: AgentConfiguration, registry: MetricRegistry, targets: JobTargets, scanner: Scanner,
    positions: @escaping @Sendable () -> [FilePosition], sources: @escaping @Sendable () -> [SourceStatus]
  ) {
    self.positions = positions
    self.sources = sources
    current = Mutex(configuration)
    self.registry = registry
    self.targets = targets
    self.scanner = scanner
  }

  /// The one in force.
  var configuration: AgentConfiguration {
    get { current.withLock { $0 } }
    set { current.withLock { $0 = newValue } }
  }

  /// nil when the agent is ready, else why it is not.
  ///
  /// Ready means able to work: the configuration is loaded, positions were read, every discovery has answered once and
  /// the files were looked for. `health_check_target: true` brings Promtail's rule back, by which there must be a file.
  var notReady: String? {
    let mustHaveFiles = configuration.server.healthCheckTarget
    if mustHaveFiles == true, !scanner.hasFiles, !sources().contains(where: { $0.condition == .reading }) {
      return "Not ready: Unable to find any logs to tail. Please verify permissions, volumes, scrape_config, etc.\n"
    }
    guard mustHaveFiles == nil else { return nil }
    for job in targets.jobs {
      if let silent = job.sources.first(where: { !$0.hasAnswered }) {
        let reason = silent.failure.map { ": \($0)" } ?? ""
        return "Not ready: \(silent.mechanism) of the job \(job.name) has not answered yet\(reason)\n"
      }
    }
    return scanner.scans == 0 ? "Not ready: looking for files\n" : nil
  }

  /// - Throws: `ExplanationError` when the question cannot be understood.
  func explain(_ question: String) throws -> Explanation {
    try Explanation(
      question, jobs: targets.jobs, positions: positions(), sources: sourceStatuses, directory: Host.workingDirectory)
  }

  /// How sources are that are no files, by their keys; one for each client.
  var sourceStatuses: [SourceKey: [SourceStatus]] { Dictionary(grouping: sources(), by: \.key) }

  /// Paths in view.
  var files: FilesInView { FilesInView(scanner.files) }
}

/// Paths by target. The data path numbers jobs in its own way, so the number is no part of the key.
struct FilesInView {
  private var paths: [FileTarget: [String]] = [:]

  init(_ files: [(target: FileTarget, path: String)]) {
    for (target, path) in files { paths[Self.key(target), default: []].append(path) }
    paths = paths.mapValues { $0.sorted() }
  }

  subscript(target: FileTarget) -> [String] { paths[Self.key(target)] ?? [] }

  private static func key(_ target: FileTarget) -> FileTarget {
    var target = target
    target.job = 0
    return target
  }
}
