public import AgentConfiguration
import Discovery
import Glibc
import GoCompat
import HTTPEdge
import Hummingbird
import Inputs
import Pipeline
import Relabeling
import Syscalls
import Tailing
public import Telemetry

/// The agent as Promtail is run: a configuration file, files to Loki, pages about it.
public struct AgentProcess: Sendable {
  public static let version = "0.1.0"

  private let path: DataPath
  private let status: AgentStatus
  private let server: RunningHTTPServer?
  private let grace: Duration

  /// Starts everything. The configuration must have passed its checks.
  /// - Throws: an error whose description says what to do about it.
  public init(
    _ configuration: AgentConfiguration, _ trial: Trial = Trial(), registry: MetricRegistry, log: Log
  ) async throws {
    ProcessLimits.raiseOpenFiles()
    ProcessMetrics.register(in: registry, version: Self.version)
    // Lines from standard input have a pipeline of their own.
    let readsFiles = !configuration.targetConfig.stdin
    let jobs = readsFiles ? try Self.jobs(configuration, registry: registry) : []
    let lineLimit = Self.lineLimit(configuration)
    let pipelines = try (readsFiles ? configuration.scrapeConfigs : []).map {
      try CompiledPipeline(
        $0.pipelineStages, registry: registry, lineLimit: lineLimit, inspection: trial.inspection)
    }
    let watch = configuration.global.fileWatch
    path = try DataPath(
      DataPathSetup(
        clients: try trial.clients(configuration), pipelines: pipelines,
        targets: jobs.flatMap(\.targets), targetSyncPeriod: configuration.targetConfig.syncPeriod.nanoseconds,
        positionsPath: configuration.positions.filename,
        positionsSyncPeriod: readsFiles && !trial.isDry ? configuration.positions.syncPeriod.nanoseconds : nil,
        pollInterval: watch.isWritten ? watch.maxPollFrequency.nanoseconds : nil, readers: Self.readerCount),
      registry: registry, log: log)
    status = AgentStatus(configuration: configuration, registry: registry, jobs: jobs, scanner: path.scanner)
    grace = .nanoseconds(configuration.server.gracefulShutdownTimeout.nanoseconds)
    guard !configuration.server.disable else {
      server = nil
      return
    }
    let router = WebRouter()
    AgentRoutes.add(
      to: router, status: status, prefix: Self.trimmed(configuration.server.pathPrefix),
      links: Self.linkPrefix(configuration.server), ownsRoot: true)
    let listener = configuration.server.http
    let address = ListenAddress(host: listener.address.isEmpty ? "0.0.0.0" : listener.address, port: listener.port)
    do {
      server = try await HTTPServer(address: address, router: router).start()
    } catch {
      await path.stop(grace: .zero)
      throw error
    }
    log.info("server listening", ("http", server!.address.description))
  }

  /// Where the pages are, if there are any.
  public var address: String? { server?.address.description }

  /// Stops within the configuration's `graceful_shutdown_timeout`.
  public func stop() async {
    await path.stop(grace: grace)
    await server?.stop()
  }

  static func lineLimit(_ configuration: AgentConfiguration) -> LineLimit? {
    let limits = configuration.limits
    guard limits.readlineRateEnabled else { return nil }
    return LineLimit(rate: limits.readlineRate, burst: limits.readlineBurst, drops: limits.readlineRateDrop)
  }

  /// Reader threads: more than two gain nothing while compression and network share the machine.
  static var readerCount: Int { max(1, min(2, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))) }

  /// What stands before the paths of links: that of `external_url`, behind which the pages are seen, or their own prefix.
  private static func linkPrefix(_ server: ServerConfiguration) -> String {
    guard let url = try? EndpointURL(server.externalURL), !url.isEmpty else { return trimmed(server.pathPrefix) }
    return trimmed(url.path)
  }

  private static func trimmed(_ path: String) -> String {
    var path = Substring(path)
    while path.hasSuffix("/") { path.removeLast() }
    return path.isEmpty || path.hasPrefix("/") ? String(path) : "/" + path
  }

  static func jobs(_ configuration: AgentConfiguration, registry: MetricRegistry) throws -> [AgentStatus.Job] {
    registry.gauge("promtail_targets_active_total", "Targets whose files are read.").with().set(0)
    let host = Host.name
    let directory = Host.workingDirectory
    return configuration.scrapeConfigs.enumerated().map { index, job in
      let targets = FileTargets(
        StaticDiscovery.groups(job.staticConfigs), job: index, jobName: job.jobName,
        relabeler: Relabeler(compiling: job.relabelConfigs), host: host, directory: directory)
      targets.count(in: registry)
      return AgentStatus.Job(name: job.jobName, targets: targets.active)
    }
  }
}

/// The machine this runs on.
enum Host {
  /// HOSTNAME, or what the system calls itself (recorded: discovery/host-…).
  static var name: String {
    if let name = getenv("HOSTNAME").map({ String(cString: $0) }), !name.isEmpty { return name }
    var buffer = [CChar](repeating: 0, count: 256)
    gethostname(&buffer, buffer.count - 1)
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  static var workingDirectory: String {
    guard let path = getcwd(nil, 0) else { return "/" }
    defer { free(path) }
    return String(cString: path)
  }
}
