public import AgentConfiguration
import Discovery
import Glibc
import GoCompat
import HTTPEdge
import Inputs
import Syscalls
import Tailing
public import Telemetry

/// The agent as Promtail is run: a configuration file, files to Loki, pages about it.
public struct AgentProcess: Sendable {
  public static let version = "0.1.0"

  private let path: DataPath
  private let discovery: DiscoverySet
  private let configurationReload: ConfigurationReload
  private let server: RunningHTTPServer?
  private let grace: Duration
  /// Looks after the targets of deleted pods, and writes down those that there are.
  private let holding: [Task<Void, Never>]

  /// Starts everything. The configuration must have passed its checks.
  /// - Parameter load: reads the configuration again when it is to be reloaded.
  /// - Throws: an error whose description says what to do about it.
  public init(
    _ loaded: LoadedConfiguration, _ trial: Trial = Trial(),
    load: @escaping @Sendable () throws -> LoadedConfiguration, registry: MetricRegistry, log: Log
  ) async throws {
    let configuration = loaded.configuration
    ProcessLimits.raiseOpenFiles()
    ProcessMemory.returnLargeBlocks()
    ProcessMetrics.register(in: registry, version: Self.version)
    // Lines from standard input have a pipeline of their own.
    let readsFiles = !configuration.targetConfig.stdin
    let scrapeConfigs = readsFiles ? configuration.scrapeConfigs : []
    let targets = JobTargets(registry: registry, log: log)
    targets.configure(scrapeConfigs)
    // Nothing is kept of a trial.
    var pods = readsFiles && !trial.isDry ? RememberedPods(besides: configuration.positions.filename) : nil
    if let known = pods?.load() { targets.remember(known) }
    targets.update([])
    let first = targets.all
    let watch = configuration.global.fileWatch
    let path = try DataPath(
      DataPathSetup(
        clients: try trial.clients(configuration, registry: registry),
        jobs: JobWiring.jobs(scrapeConfigs, configuration, trial, registry: registry),
        targets: first.files, sources: first.sources,
        targetSyncPeriod: configuration.targetConfig.syncPeriod.nanoseconds,
        positionsPath: configuration.positions.filename,
        positionsSyncPeriod: readsFiles && !trial.isDry ? configuration.positions.syncPeriod.nanoseconds : nil,
        pollInterval: watch.isWritten ? watch.maxPollFrequency.nanoseconds : nil, readers: Self.readerCount,
        rotatedLimits: JobWiring.rotatedLimits(configuration.limits)),
      registry: registry, log: log)
    self.path = path
    grace = .nanoseconds(configuration.server.gracefulShutdownTimeout.nanoseconds)
    let status = AgentStatus(
      configuration: configuration, registry: registry, targets: targets, scanner: path.scanner,
      positions: { path.files }, sources: { path.sourceStatuses })
    let (found, tell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let (held, hold) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let discovery = Self.discovery(path, registry: registry, log: log) { tell.yield() }
    self.discovery = discovery
    configurationReload = ConfigurationReload(loaded, load: load, registry: registry, log: log) { new in
      let clients = try trial.clients(new, registry: registry)
      let scrapeConfigs = readsFiles ? new.scrapeConfigs : []
      let jobs = try path.prepare(JobWiring.jobs(scrapeConfigs, new, trial, registry: registry))
      try discovery.apply(scrapeConfigs)
      targets.configure(scrapeConfigs)
      targets.update(discovery.changes(all: true))
      let all = targets.all
      path.apply(
        jobs, targets: all.files, sources: all.sources, clients: clients,
        rotatedLimits: JobWiring.rotatedLimits(new.limits))
      if targets.holds { hold.yield() }
      status.configuration = new
      Self.configure(log, new.server)
    }
    let matchedFiles = { @Sendable in MatchedFiles(files: LinuxFileSystem(), positions: path.files) }
    do {
      try discovery.apply(scrapeConfigs)
      Task { [configurationReload] in
        for await _ in found {
          await configurationReload.inOrder {
            let change = targets.update(discovery.changes())
            path.update(targets: change.files)
            if let sources = change.sources { path.update(sources: sources) }
            // How long the files of pods that are gone are, before the kubelet removes them.
            if targets.holds {
              path.update(targets: targets.release(.first, matchedFiles))
              hold.yield()
            }
          }
        }
      }
      holding = [
        // While nothing is held nothing wakes up.
        Task { [configurationReload] in
          for await _ in held {
            while targets.holds, !Task.isCancelled {
              try? await Task.sleep(for: Self.holdInterval)
              await configurationReload.inOrder {
                path.update(targets: targets.release(.again, matchedFiles))
              }
            }
          }
        },
        Task { [pods] in
          guard var pods else { return }
          // A last time at the stop.
          defer { pods.save(targets.podsVersion, targets.pods, log: log) }
          while !Task.isCancelled {
            try? await Task.sleep(for: Self.podsInterval)
            pods.save(targets.podsVersion, targets.pods, log: log)
          }
        },
      ]
      Task {
        try? await Task.sleep(for: Self.settled)
        ProcessMemory.trimHeap()
        while true {
          ProcessMemory.releaseProgram()
          try? await Task.sleep(for: Self.releaseInterval)
        }
      }
      // The pages know of discoveries that have not answered yet.
      tell.yield()
      server = try await Self.serve(configuration.server, status, configurationReload, registry: registry, log: log)
    } catch {
      discovery.stop()
      await path.stop(grace: .zero)
      throw error
    }
    if let server { log.info("server listening", ("http", server.address.description)) }
    // Most of the program's pages that are mapped by now are those of its start.
    ProcessMemory.releaseProgram()
  }

  /// The discoveries of all jobs.
  static func discovery(
    _ path: DataPath, registry: MetricRegistry, log: Log, changed: @escaping @Sendable () -> Void
  ) -> DiscoverySet {
    let userAgent = "swiftail/\(version)"
    let engines = EnginePool(userAgent: userAgent, registry: registry) { path.knows(entry: ContainerSource.entry($0)) }
    return DiscoverySet(
      host: Host.name, userAgent: userAgent, engines: engines, registry: registry, log: log, changed: changed)
  }

  private static func serve(
    _ server: ServerConfiguration, _ status: AgentStatus, _ reload: ConfigurationReload, registry: MetricRegistry,
    log: Log
  ) async throws -> RunningHTTPServer? {
    guard !server.disable else { return nil }
    var options = ServerWiring.options(server)
    options.certificateTrouble = {
      log.warn("the pages' renewed certificate cannot be used; the old one is shown", ("reason", $0))
    }
    let connections = ConnectionCount()
    registry.computed("tcp_connections", "Connections that are open.") {
      [(labels: [("protocol", "http")], value: Double(connections.current))]
    }
    registry.computed("tcp_connections_limit", "Most connections at a time; 0 for any number.") {
      [(labels: [("protocol", "http")], value: Double(server.http.connectionLimit))]
    }
    let listener = [("listener_name", "http")]
    registry.computed("net_conntrack_listener_conn_accepted_total", "Connections that came in.", kind: .counter) {
      [(labels: listener, value: Double(connections.accepted))]
    }
    registry.computed("net_conntrack_listener_conn_closed_total", "Connections that came in and ended.", kind: .counter)
    {
      [(labels: listener, value: Double(connections.accepted - connections.current))]
    }
    let router = HTTPServer.router(options)
    let reloading: @Sendable () async throws -> Void = { try await reload.run() }
    AgentRoutes.add(
      to: router, status: status, prefix: ServerWiring.prefix(server), links: ServerWiring.links(server),
      ownsRoot: true, reload: server.enableRuntimeReload ? reloading : nil)
    return try await HTTPServer(
      address: ServerWiring.address(server), router: router, options: options, connections: connections
    ).start()
  }

  /// Where the pages are, if there are any.
  public var address: String? { server?.address.description }

  /// Reads the configuration again. What is wrong with it is logged and counted; the old one then goes on.
  public func reload() async { try? await configurationReload.run() }

  /// Stops within the configuration's `graceful_shutdown_timeout`.
  public func stop() async {
    discovery.stop()
    for task in holding {
      task.cancel()
      await task.value
    }
    await path.stop(grace: grace)
    await server?.stop()
  }

  /// Level and form of the agent's own log.
  public static func configure(_ log: Log, _ server: ServerConfiguration) {
    log.configure(
      level: Telemetry.LogLevel(rawValue: server.logLevel.rawValue) ?? .info,
      format: Log.Format(rawValue: server.logFormat.rawValue) ?? .logfmt)
  }

  /// How often held targets are looked at.
  private static let holdInterval = Duration.milliseconds(500)
  /// How often the targets of pods are written down where they have changed.
  private static let podsInterval = Duration.seconds(5)
  /// How long after the start what only the start needed is given back.
  private static let settled = Duration.seconds(10)
  /// How often pages of the program are given back that something rare has used.
  private static let releaseInterval = Duration.seconds(30)

  /// Reader threads: more than two gain nothing while compression and network share the machine.
  static var readerCount: Int { min(2, WorkerThread.concurrent) }
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
