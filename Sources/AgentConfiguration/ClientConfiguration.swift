public import GoCompat
public import LogModel
public import YAMLSource

/// One Loki endpoint: an item of `clients`.
public struct ClientConfiguration: Sendable {
  /// Tells clients apart in logs and metrics; empty unless given.
  public var name = ""
  public var url = EndpointURL()
  /// The longest a line waits for others before its batch is sent.
  public var batchWait = GoDuration.seconds(1)
  /// Bytes of lines and metadata in one batch.
  public var batchSize = 1_048_576
  public var http = HTTPClientConfiguration()
  /// Sent with every push; do not replace content type and tenant.
  public var headers = NamedTexts()
  public var backoff = BackoffConfiguration()
  /// Added to every stream; a label of the stream wins.
  public var externalLabels = LabelSet.empty
  public var timeout = GoDuration.seconds(10)
  /// The header X-Scope-OrgID; empty for none.
  public var tenantID = ""
  /// A batch that is answered with 429 is dropped instead of sent again.
  public var dropRateLimitedBatches = false

  public internal(set) var location = SourceLocation.none
  /// As it was written, secrets included.
  var written = YAMLValue.list([])

  public init() {}

  /// The old key `client` where nobody gave it: nothing is filled in for HTTP.
  static var unset: ClientConfiguration {
    var client = ClientConfiguration()
    client.http.followRedirects = false
    client.http.enableHTTP2 = false
    return client
  }
}

extension ClientConfiguration: ConfigurationSection {
  static let fields: [ConfigurationField<ClientConfiguration>] =
    [
      ConfigurationField(ifSet: "name", \.name),
      ConfigurationField("url", \.url),
      ConfigurationField("batchwait", \.batchWait),
      ConfigurationField("batchsize", \.batchSize),
    ] + HTTPClientConfiguration.fields(at: \.http) + [
      ConfigurationField(ifSet: "headers", \.headers),
      ConfigurationField("backoff_config", \.backoff),
      ConfigurationField(ifSet: "external_labels", \.externalLabels),
      ConfigurationField("timeout", \.timeout),
      ConfigurationField("tenant_id", \.tenantID),
      ConfigurationField("drop_rate_limited_batches", \.dropRateLimitedBatches),
    ]

  mutating func finish(_ node: YAMLNode, path: String, errors: inout ErrorCollector) {
    location = node.location
    written = YAMLValue(node)
    http.finish(node, path: path, errors: &errors)
  }
}

extension ClientConfiguration {
  /// The client as it is in force, secrets hidden.
  public var yamlText: String { yaml.text }
}

/// How a failed push is tried again.
public struct BackoffConfiguration: Sendable {
  public var minPeriod = GoDuration.milliseconds(500)
  public var maxPeriod = GoDuration.seconds(300)
  /// Attempts for one batch, 0 for no end. Honoured for files only if `hasExplicitMaxRetries`: else they are read no
  /// further until the batch is through.
  public var maxRetries = 10
  /// Whether file or flags gave `max_retries`.
  public var hasExplicitMaxRetries = false
  /// Whether file or flags gave `max_period`.
  public var hasExplicitMaxPeriod = false

  public init() {}
}

extension BackoffConfiguration: ConfigurationSection {
  static let fields: [ConfigurationField<BackoffConfiguration>] = [
    ConfigurationField("min_period", \.minPeriod),
    ConfigurationField(
      "max_period",
      read: { entry, path, section, errors in
        guard let value = GoDuration.read(entry.value, path: path, errors: &errors) else { return }
        section.maxPeriod = value
        section.hasExplicitMaxPeriod = true
      },
      value: { $0.maxPeriod.yaml }),
    ConfigurationField(
      "max_retries",
      read: { entry, path, section, errors in
        guard let value = Int.read(entry.value, path: path, errors: &errors) else { return }
        section.maxRetries = value
        section.hasExplicitMaxRetries = true
      },
      value: { $0.maxRetries.yaml }),
  ]
}
