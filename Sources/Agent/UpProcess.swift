import AgentConfiguration
import Console
import Delivery
import Discovery
import Glibc
import GoCompat
import HTTPEdge
import Hummingbird
import Inputs
import LogModel
public import Store
import StoreAPI
import Syscalls
import Tailing
public import Telemetry

/// What `swiftail up` was asked for.
public struct UpOptions: Sendable {
  /// Patterns of files; none for the machine's usual logs.
  public var paths: [String]
  /// `host:port`; port 0 takes a free one.
  public var listen: String
  /// nil for the user's state directory.
  public var dataDirectory: String?
  public var retention: Retention
  /// Whether the machine's journal is read; nil: where there is one that may be read, unless files are named.
  public var journal: Bool?
  /// Whether logs of containers are read; nil: where an engine's socket may be used, unless files are named.
  public var docker: Bool?

  public init(
    paths: [String], listen: String, dataDirectory: String?, retention: Retention, journal: Bool? = nil,
    docker: Bool? = nil
  ) {
    self.docker = docker
    self.paths = paths
    self.journal = journal
    self.listen = listen
    self.dataDirectory = dataDirectory
    self.retention = retention
  }

  /// Logs that every Linux machine keeps: what ends in .log, and the usual names that do not.
  public static let usualLogs = [
    "/var/log/**/*.log",
    "/var/log/{syslog,messages,secure,maillog,cron,auth.log,kern.log,daemon.log,user.log,mail.{log,info,warn,err}}",
  ]

  /// `$XDG_STATE_HOME/swiftail`, `~/.local/state/swiftail`, or /var/lib/swiftail for root.
  public static var defaultDataDirectory: String {
    func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) }.flatMap(\.nonEmpty) }
    if let state = variable("XDG_STATE_HOME") { return state + "/swiftail" }
    if getuid() == 0 { return "/var/lib/swiftail" }
    return (variable("HOME") ?? ".") + "/.local/state/swiftail"
  }
}

/// Agent, store and console in one process: one command shows a machine's logs.
public struct UpProcess: Sendable {
  /// What keeps it from starting, in words for the user.
  public struct Failure: Error, CustomStringConvertible {
    public var description: String
  }

  private let path: DataPath
  private let discovery: DiscoverySet
  private let store: Store
  private let server: RunningHTTPServer
  private let lock: DirectoryLock
  public let dataDirectory: String

  public init(_ options: UpOptions, registry: MetricRegistry, log: Log) async throws {
    ProcessLimits.raiseOpenFiles()
    ProcessMetrics.register(in: registry, version: AgentProcess.version)
    let working = Host.workingDirectory
    let directory = CleanPath.absolute(options.dataDirectory ?? UpOptions.defaultDataDirectory, from: working)
    dataDirectory = directory
    if case .failure(let error) = LinuxFileSystem().makeDirectories(directory) {
      throw Failure(description: "cannot make \(directory): \(error); choose another place with --data-dir")
    }
    do {
      lock = try DirectoryLock(directory: directory)
    } catch Errno.wouldBlock {
      throw Failure(description: "another swiftail works in \(directory); stop it, or choose another with --data-dir")
    } catch {
      throw Failure(description: "cannot write in \(directory): \(error); choose another place with --data-dir")
    }
    var limits = PushLimits()
    limits.maxLineBytes = 64 << 20
    store = try await Store.open(directory: directory + "/store", retention: options.retention, limits: limits)
    let configuration = try Self.configuration(options, directory: directory, working: working)
    let targets = JobTargets(registry: registry, log: log)
    targets.configure(configuration.scrapeConfigs)
    targets.update([])
    let first = targets.all
    do {
      path = try DataPath(
        DataPathSetup(
          clients: [
            ClientSetup(
              sender: SenderSettings(
                name: "store", host: "store", tenant: nil,
                retry: RetrySchedule.Limits(minimum: 500_000_000, maximum: 5_000_000_000, attempts: nil),
                dropRateLimited: false),
              lane: LaneSettings(
                batchWait: 200_000_000, batchSize: 1 << 20, externalLabels: .empty, output: StoreOutput(store: store)),
              signature: "store")
          ],
          jobs: JobWiring.jobs(configuration.scrapeConfigs, configuration, registry: registry),
          targets: first.files, sources: first.sources,
          targetSyncPeriod: configuration.targetConfig.syncPeriod.nanoseconds,
          positionsPath: configuration.positions.filename,
          positionsSyncPeriod: configuration.positions.syncPeriod.nanoseconds, pollInterval: nil,
          readers: AgentProcess.readerCount), registry: registry, log: log)
    } catch {
      await store.close()
      throw error
    }
    let status = AgentStatus(
      configuration: configuration, registry: registry, targets: targets, scanner: path.scanner,
      positions: { [path] in path.files }, sources: { [path] in path.sourceStatuses })
    discovery = try Self.discover(configuration.scrapeConfigs, targets, path, registry: registry, log: log)
    let router = WebRouter()
    AgentRoutes.add(to: router, status: status, prefix: "", links: "", ownsRoot: false, reload: nil)
    StoreAPI(store: store).addRoutes(to: router)
    let (path, store) = (path, store)
    Console(status: { await Self.consoleStatus(path, store) }).addRoutes(to: router)
    do {
      server = try await HTTPServer(address: try ListenAddress(parsing: options.listen), router: router).start()
    } catch {
      discovery.stop()
      await path.stop(grace: .zero)
      await store.close()
      throw error
    }
  }

  /// Starts the discoveries, and reads what they find.
  private static func discover(
    _ jobs: [ScrapeConfiguration], _ targets: JobTargets, _ path: DataPath, registry: MetricRegistry, log: Log
  ) throws -> DiscoverySet {
    let (found, tell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let discovery = AgentProcess.discovery(path, registry: registry, log: log) { tell.yield() }
    try discovery.apply(jobs)
    Task {
      for await _ in found {
        let change = targets.update(discovery.changes())
        path.update(targets: change.files)
        if let sources = change.sources { path.update(sources: sources) }
      }
    }
    return discovery
  }

  /// Where console and API answer.
  public var url: String { "http://\(server.address)/" }

  public var progress: Progress { get async { await Self.progress(path, store) } }

  public func stop() async {
    discovery.stop()
    await path.stop(grace: .seconds(20))
    await server.stop()
    await store.close()
  }

  private static func consoleStatus(_ path: DataPath, _ store: Store) async -> ConsoleStatus {
    let progress = await progress(path, store)
    return ConsoleStatus(
      files: progress.files, lagBytes: Int64(progress.lag), storeBytes: Int64(progress.storeSize),
      version: AgentProcess.version)
  }

  private static func progress(_ path: DataPath, _ store: Store) async -> Progress {
    var progress = path.progress
    progress.storeSize = UInt64(max(0, (try? await store.diskBytes()) ?? 0))
    return progress
  }

  /// The configuration that a user of Promtail would have written for this.
  private static func configuration(_ options: UpOptions, directory: String, working: String) throws
    -> AgentConfiguration
  {
    let patterns = options.paths.isEmpty ? UpOptions.usualLogs : options.paths
    // What the agent itself writes must not feed it.
    let exclude = directory + "/**"
    var text = "positions:\n  filename: \(quoted(directory + "/positions.yaml"))\n  sync_period: 1s\n"
    text += "clients:\n- url: http://store/loki/api/v1/push\nscrape_configs:\n- job_name: files\n  static_configs:\n"
    for pattern in patterns {
      text += "  - labels:\n      job: files\n      host: \(quoted(Host.name))\n"
      text += "      __path__: \(quoted(CleanPath.absolute(pattern, from: working)))\n"
      text += "      __path_exclude__: \(quoted(exclude))\n"
    }
    if options.journal ?? (options.paths.isEmpty && JournalSource.canReadOwnJournal) { text += journal }
    if let socket = try dockerSocket(options.docker ?? (options.paths.isEmpty ? nil : false)) { text += docker(socket) }
    return try AgentConfiguration.load(text: text, file: "swiftail up")
  }

  /// Labels as most configurations of Promtail name them.
  private static var journal: String {
    """
    - job_name: journal
      journal:
        labels:
          job: systemd-journal
          host: \(quoted(Host.name))
      relabel_configs:
      - {source_labels: [__journal__systemd_unit], target_label: unit}
      - {source_labels: [__journal_priority_keyword], target_label: level}
      - {source_labels: [__journal__transport], regex: kernel, target_label: unit, replacement: kernel}

    """
  }

  /// The engine's socket, if it is to be read.
  private static func dockerSocket(_ isWanted: Bool?) throws -> String? {
    if isWanted == false { return nil }
    if let socket = EngineSocket.usable { return socket }
    if isWanted == true {
      throw Failure(
        description: "no engine's socket may be used here: start Docker or Podman, and let this user use its socket "
          + "(usermod -aG docker USER)")
    }
    return nil
  }

  private static func docker(_ socket: String) -> String {
    """
    - job_name: docker
      docker_sd_configs:
      - host: \(quoted("unix://" + socket))
      relabel_configs:
      - {target_label: job, replacement: docker}
      - {target_label: host, replacement: \(quoted(Host.name))}
      - {source_labels: [__meta_docker_container_name], regex: /(.*), target_label: container}
      - {source_labels: [__meta_docker_container_label_com_docker_compose_service], target_label: service}
      - {source_labels: [__meta_docker_container_log_stream], target_label: stream}

    """
  }

  private static func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
  }
}
