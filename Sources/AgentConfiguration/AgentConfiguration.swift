public import GoCompat
public import LogModel
public import YAMLSource

/// All that the configuration file and the flags say, defaults filled in.
///
/// Reading refuses what Promtail's `-check-syntax` refuses; what only its start refuses (an unknown stage, a client
/// without URL …) is told by `startErrors`.
public struct AgentConfiguration: Sendable {
  public var global = GlobalConfiguration()
  public var server = ServerConfiguration()
  /// The old key `client`, which the flags `-client.…` go into. Counts as one more client if it has a URL.
  public var client = ClientConfiguration.unset
  /// The key `clients`, as written. What the agent sends to is `effectiveClients`.
  public var clients: [ClientConfiguration] = []
  public var positions = PositionsConfiguration()
  public var scrapeConfigs: [ScrapeConfiguration] = []
  public var targetConfig = TargetConfiguration()
  public var limits = LimitsConfiguration()
  public var options = OptionsConfiguration()
  public var tracing = TracingConfiguration()
  public var wal = WALConfiguration()
  /// From `-client.external-labels`: for all clients, those of a client itself win.
  public var commonExternalLabels = LabelSet.empty

  /// Where the configuration comes from.
  public internal(set) var location = SourceLocation.none

  /// The defaults alone.
  public init() {}

  /// All clients, those of the file first, with the external labels of the flags.
  public var effectiveClients: [ClientConfiguration] {
    (clients + (client.url.isEmpty ? [] : [client])).map { client in
      var client = client
      for label in commonExternalLabels.labels where client.externalLabels[label.name] == nil {
        client.externalLabels[label.name] = label.value
      }
      return client
    }
  }
}

extension AgentConfiguration: ConfigurationSection {
  static let fields: [ConfigurationField<AgentConfiguration>] = [
    ConfigurationField("global", \.global),
    ConfigurationField("server", \.server),
    ConfigurationField("client", \.client),
    ConfigurationField(ifSet: "clients", \.clients),
    ConfigurationField("positions", \.positions),
    ConfigurationField(ifSet: "scrape_configs", \.scrapeConfigs),
    ConfigurationField("target_config", \.targetConfig),
    ConfigurationField("limits_config", \.limits),
    ConfigurationField(ifSet: "options", \.options),
    ConfigurationField("tracing", \.tracing),
    ConfigurationField("wal", \.wal),
  ]

  mutating func finish(_ node: YAMLNode, path: String, errors: inout ErrorCollector) {
    location = node.location
    refuseBadJobNames(errors: &errors)
  }
}

/// The section `global`.
public struct GlobalConfiguration: Sendable {
  public var fileWatch = FileWatchConfiguration()

  public init() {}
}

extension GlobalConfiguration: ConfigurationSection {
  static let fields: [ConfigurationField<GlobalConfiguration>] = [ConfigurationField("file_watch_config", \.fileWatch)]
}

/// How often files are looked at where the kernel cannot tell of changes.
public struct FileWatchConfiguration: Sendable {
  public var minPollFrequency = GoDuration.milliseconds(250)
  public var maxPollFrequency = GoDuration.milliseconds(250)
  /// Whether the file has the section: files are then looked at in these intervals, instead of when the kernel tells.
  public var isWritten = false

  public init() {}
}

extension FileWatchConfiguration: ConfigurationSection {
  static let fields: [ConfigurationField<FileWatchConfiguration>] = [
    ConfigurationField("min_poll_frequency", \.minPollFrequency),
    ConfigurationField("max_poll_frequency", \.maxPollFrequency),
  ]

  mutating func finish(_ node: YAMLNode, path: String, errors: inout ErrorCollector) { isWritten = true }
}

/// The section `positions`.
public struct PositionsConfiguration: Sendable {
  public var syncPeriod = GoDuration.seconds(10)
  public var filename = "/var/log/positions.yaml"
  public var ignoreInvalidYAML = false

  public internal(set) var location = SourceLocation.none

  public init() {}
}

extension PositionsConfiguration: ConfigurationSection {
  static let fields: [ConfigurationField<PositionsConfiguration>] = [
    ConfigurationField("sync_period", \.syncPeriod),
    ConfigurationField("filename", \.filename),
    ConfigurationField("ignore_invalid_yaml", \.ignoreInvalidYAML),
  ]

  mutating func finish(_ node: YAMLNode, path: String, errors: inout ErrorCollector) {
    location = node["filename"]?.location ?? node.location
  }
}

/// The section `target_config`.
public struct TargetConfiguration: Sendable {
  /// How often directories are looked through for files.
  public var syncPeriod = GoDuration.seconds(10)
  /// Lines come from standard input instead of files.
  public var stdin = false

  public init() {}
}

extension TargetConfiguration: ConfigurationSection {
  static let fields: [ConfigurationField<TargetConfiguration>] = [
    ConfigurationField("sync_period", \.syncPeriod),
    ConfigurationField("stdin", \.stdin),
  ]
}

/// The section `limits_config`.
public struct LimitsConfiguration: Sendable {
  /// Lines per second; in force only if `readlineRateEnabled`.
  public var readlineRate = 10_000.0
  public var readlineBurst = 10_000
  public var readlineRateEnabled = false
  /// Lines over the rate are dropped; else they wait.
  public var readlineRateDrop = true
  /// 0 for any number.
  public var maxStreams = 0
  /// 0 for any length.
  public var maxLineSize = ByteSize(bytes: 0)
  public var maxLineSizeTruncate = false
  /// Rotated files that may be held open while clients do not take their lines.
  public var maxOpenRotated = 512
  /// Bytes of rotated files that may wait for clients, 0 for any number: an open file keeps its room on the disk.
  public var maxLagBytes = ByteSize(bytes: 10 << 30)
  /// How long a rotated file may wait for clients; 0 for any time.
  public var maxRotatedAge = GoDuration.zero

  public init() {}
}

extension LimitsConfiguration: ConfigurationSection {
  static let fields: [ConfigurationField<LimitsConfiguration>] = [
    ConfigurationField("readline_rate", \.readlineRate),
    ConfigurationField("readline_burst", \.readlineBurst),
    ConfigurationField(ifSet: "readline_rate_enabled", \.readlineRateEnabled),
    ConfigurationField("readline_rate_drop", \.readlineRateDrop),
    ConfigurationField("max_streams", \.maxStreams),
    ConfigurationField("max_line_size", \.maxLineSize),
    ConfigurationField("max_line_size_truncate", \.maxLineSizeTruncate),
    ConfigurationField(
      "max_open_rotated", \.maxOpenRotated, shownUnless: { $0 == LimitsConfiguration().maxOpenRotated }),
    ConfigurationField("max_lag_bytes", \.maxLagBytes, shownUnless: { $0 == LimitsConfiguration().maxLagBytes }),
    ConfigurationField("max_rotated_age", \.maxRotatedAge, shownUnless: { $0 == LimitsConfiguration().maxRotatedAge }),
  ]
}

/// The section `options`, which Promtail gave up.
public struct OptionsConfiguration: Sendable {
  /// Labels of the stream lag metric.
  public var streamLagLabels = ""

  public init() {}
}

extension OptionsConfiguration: ConfigurationSection {
  static let fields: [ConfigurationField<OptionsConfiguration>] = [
    ConfigurationField(ifSet: "stream_lag_labels", \.streamLagLabels)
  ]
  var isUnset: Bool { streamLagLabels.isEmpty }
}

/// The section `tracing`.
public struct TracingConfiguration: Sendable {
  public var enabled = true

  public init() {}
}

extension TracingConfiguration: ConfigurationSection {
  static let fields: [ConfigurationField<TracingConfiguration>] = [ConfigurationField("enabled", \.enabled)]
}

/// The section `wal`: Promtail's experimental write-ahead log.
public struct WALConfiguration: Sendable {
  public var enabled = false
  public var directory = ""
  public var cleanSegmentsOlderThan = GoDuration.zero
  public var watch = WALWatchConfiguration()

  public init() {}
}

extension WALConfiguration: ConfigurationSection {
  static let fields: [ConfigurationField<WALConfiguration>] = [
    ConfigurationField("enabled", \.enabled),
    ConfigurationField("dir", \.directory),
    ConfigurationField("cleanSegmentsOlderThan", \.cleanSegmentsOlderThan),
    ConfigurationField("watchConfig", \.watch),
  ]
}

public struct WALWatchConfiguration: Sendable {
  public var minReadFrequency = GoDuration.zero
  public var maxReadFrequency = GoDuration.zero

  public init() {}
}

extension WALWatchConfiguration: ConfigurationSection {
  static let fields: [ConfigurationField<WALWatchConfiguration>] = [
    ConfigurationField("minReadFrequency", \.minReadFrequency),
    ConfigurationField("maxReadFrequency", \.maxReadFrequency),
  ]
}
