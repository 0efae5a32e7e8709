public import GoCompat
public import LogModel
public import YAMLSource

/// A job: an item of `scrape_configs`.
public struct ScrapeConfiguration: Sendable {
  public var jobName = ""
  public var pipelineStages: [StageConfiguration] = []
  public var relabelConfigs: [RelabelConfiguration] = []
  public var staticConfigs: [StaticConfiguration] = []
  public var fileDiscoveries: [FileDiscoveryConfiguration] = []
  public var httpDiscoveries: [HTTPDiscoveryConfiguration] = []
  public var dnsDiscoveries: [DNSDiscoveryConfiguration] = []
  public var consulDiscoveries: [ConsulDiscoveryConfiguration] = []
  public var consulAgentDiscoveries: [ConsulAgentDiscoveryConfiguration] = []
  public var dockerDiscoveries: [DockerDiscoveryConfiguration] = []
  public var kubernetesDiscoveries: [KubernetesDiscoveryConfiguration] = []
  /// The systemd journal; ignored when the job discovers files.
  public var journal: JournalConfiguration?
  /// A name of the IANA registry such as `UTF-16LE`; empty for bytes as they are.
  public var encoding = ""
  public var decompression: DecompressionConfiguration?
  /// Every other kind of input and discovery that the file names, in its order.
  public var otherInputs: [OtherInput] = []

  public internal(set) var location = SourceLocation.none
  /// What is wrong with the stages; concerns the start only.
  var stageErrors = ErrorCollector()
  /// The stages as they were written, for the printed form.
  var writtenStages: YAMLValue = .list([])

  public init() {}
}

/// Targets that the file lists itself: an item of `static_configs`.
public struct StaticConfiguration: Sendable {
  public var targets: [String] = []
  public var labels = LabelSet.empty

  public internal(set) var location = SourceLocation.none

  public init() {}

  /// What holds when none are given.
  public static let defaultTargets = ["localhost"]

  /// `targets`, or the one target that stands for none.
  public var effectiveTargets: [String] { targets.isEmpty ? Self.defaultTargets : targets }
}

/// Reading compressed files.
public struct DecompressionConfiguration: Sendable {
  public var enabled = false
  /// How long a new file is left alone before it is read.
  public var initialDelay = GoDuration.zero
  /// `gz`, `z` or `bz2`.
  public var format = ""

  public init() {}
}

/// A kind of input or discovery that the file names.
public struct OtherInput: Sendable {
  public let declaration: InputDeclaration
  public let location: SourceLocation
  let yaml: YAMLValue
}

extension ScrapeConfiguration: ConfigurationSection {
  static let fields: [ConfigurationField<ScrapeConfiguration>] =
    [
      ConfigurationField("job_name", \.jobName),
      ConfigurationField(
        "pipeline_stages",
        read: { entry, path, job, errors in
          guard let items = errors.note({ () throws(ConfigurationError) in try entry.value.items(path) }) else {
            return
          }
          job.pipelineStages = StageConfiguration.readAll(items, path: path, errors: &job.stageErrors)
          job.writtenStages = YAMLValue(entry.value)
        },
        value: { $0.writtenStages == .list([]) ? nil : $0.writtenStages }),
      ConfigurationField(ifSet: "relabel_configs", \.relabelConfigs),
      ConfigurationField(ifSet: "static_configs", \.staticConfigs),
    ] + discoveryFields + [ConfigurationField(ifSet: "journal", \.journal)] + InputDeclaration.all.map(\.field) + [
      ConfigurationField(ifSet: "encoding", \.encoding),
      ConfigurationField(ifSet: "decompression", \.decompression),
    ]

  mutating func finish(_ node: YAMLNode, path: String, errors: inout ErrorCollector) {
    location = node.location
  }
}

extension StaticConfiguration: ConfigurationSection {
  static let fields: [ConfigurationField<StaticConfiguration>] = [
    ConfigurationField("targets", \.targets),
    ConfigurationField(ifSet: "labels", \.labels),
  ]

  mutating func finish(_ node: YAMLNode, path: String, errors: inout ErrorCollector) {
    location = node.location
  }
}

extension DecompressionConfiguration: ConfigurationSection {
  static let fields: [ConfigurationField<DecompressionConfiguration>] = [
    ConfigurationField("enabled", \.enabled),
    ConfigurationField("initial_delay", \.initialDelay),
    ConfigurationField("format", \.format),
  ]
}
