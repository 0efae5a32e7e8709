import GoCompat
internal import LogModel
internal import YAMLSource

/// A kind of input or discovery that a job may name and this version does not have: its key, and what may stand under it.
public struct InputDeclaration: Sendable {
  public enum Kind: Hashable, Sendable {
    /// Finds files to read; several may stand together.
    case discovery
    /// Brings lines itself; ignored when the job discovers files.
    case input
  }

  public let key: String
  /// For help and error messages: `the systemd journal`.
  public let summary: String
  public let kind: Kind
  public let isInThisVersion: Bool
  /// The keys that may stand in it; `nil` where they are not checked.
  let keys: [InputKey]?

  /// Accepted and without effect on this system, as in Promtail.
  var isOfAnotherSystem: Bool { key == "windows_events" }
  /// Promtail has it from Prometheus without a word in its documentation; it is not going to be in any version.
  let isUndocumented: Bool

  private init(
    _ key: String, _ kind: Kind, _ summary: String, keys: [InputKey]? = nil, isUndocumented: Bool = false
  ) {
    self.key = key
    self.kind = kind
    self.summary = summary
    self.keys = keys
    self.isUndocumented = isUndocumented
    isInThisVersion = false
  }

  private static let http = [
    InputKey("basic_auth", BasicAuthConfiguration.self), InputKey("authorization", AuthorizationConfiguration.self),
    InputKey("oauth2", OAuth2Configuration.self), InputKey("bearer_token", Secret.self),
    InputKey("bearer_token_file", String.self), InputKey("tls_config", TLSConfiguration.self),
    InputKey("follow_redirects", Bool.self), InputKey("enable_http2", Bool.self),
    InputKey("proxy_url", EndpointURL.self), InputKey("no_proxy", String.self),
    InputKey("proxy_from_environment", Bool.self), InputKey(anything: "proxy_connect_header"),
    InputKey(anything: "http_headers"),
  ]
  private static let labels = InputKey("labels", LabelSet.self)
  private static let incomingTime = InputKey("use_incoming_timestamp", Bool.self)
  private static let server = InputKey("server", ServerConfiguration.self)

  public static let all: [InputDeclaration] = [
    InputDeclaration(
      "syslog", .input, "a syslog receiver",
      keys: [
        InputKey("listen_address", String.self), InputKey("listen_protocol", String.self),
        InputKey("idle_timeout", GoDuration.self), InputKey("label_structured_data", Bool.self), labels, incomingTime,
        InputKey("use_rfc5424_message", Bool.self), InputKey("syslog_format", String.self),
        InputKey("max_message_length", Int.self), InputKey("tls_config", TLSConfiguration.self),
      ]),
    InputDeclaration(
      "gcplog", .input, "Google Cloud logs",
      keys: [
        InputKey("project_id", String.self), InputKey("subscription", String.self), labels, incomingTime,
        InputKey("subscription_type", String.self), InputKey("push_timeout", GoDuration.self), server,
        InputKey("use_full_line", Bool.self),
      ]),
    InputDeclaration(
      "loki_push_api", .input, "Loki's push API",
      keys: [server, labels, incomingTime, InputKey("max_send_msg_size", Int.self)]),
    InputDeclaration(
      "windows_events", .input, "Windows events",
      keys: [
        InputKey("locale", Int.self), InputKey("eventlog_name", String.self), InputKey("xpath_query", String.self),
        incomingTime, InputKey("bookmark_path", String.self), InputKey("poll_interval", GoDuration.self),
        InputKey("exclude_event_data", Bool.self), InputKey("exclude_event_message", Bool.self),
        InputKey("exclude_user_data", Bool.self), labels,
      ]),
    InputDeclaration(
      "kafka", .input, "Kafka topics",
      keys: [
        labels, incomingTime, InputKey("brokers", [String].self), InputKey("group_id", String.self),
        InputKey("topics", [String].self), InputKey("version", String.self), InputKey("assignor", String.self),
        InputKey(anything: "authentication"),
      ]),
    InputDeclaration(
      "azure_event_hubs", .input, "Azure event hubs",
      keys: [
        labels, incomingTime, InputKey("event_hubs", [String].self), InputKey("connection_string", String.self),
        InputKey("fully_qualified_namespace", String.self), InputKey("group_id", String.self),
        InputKey("disallow_custom_messages", Bool.self),
      ]),
    InputDeclaration(
      "gelf", .input, "a GELF receiver", keys: [InputKey("listen_address", String.self), labels, incomingTime]),
    InputDeclaration(
      "cloudflare", .input, "Cloudflare logs",
      keys: [
        InputKey("api_token", String.self), InputKey("zone_id", String.self), labels, InputKey("workers", Int.self),
        InputKey("pull_range", PrometheusDuration.self), InputKey("fields_type", String.self),
        InputKey("additional_fields", [String].self),
      ]),
    InputDeclaration("heroku_drain", .input, "a Heroku drain", keys: [server, labels, incomingTime]),
    InputDeclaration(
      "dockerswarm_sd_configs", .discovery, "tasks of Docker Swarm",
      keys: [
        InputKey("host", String.self), InputKey("role", String.self), InputKey("port", Int.self),
        InputKey(anything: "filters"), InputKey("refresh_interval", PrometheusDuration.self),
      ] + http, isUndocumented: true),
    InputDeclaration("ec2_sd_configs", .discovery, "instances of Amazon EC2", isUndocumented: true),
    InputDeclaration("gce_sd_configs", .discovery, "instances of Google Compute Engine", isUndocumented: true),
    InputDeclaration("azure_sd_configs", .discovery, "machines of Azure", isUndocumented: true),
    InputDeclaration("openstack_sd_configs", .discovery, "instances of OpenStack", isUndocumented: true),
    InputDeclaration("digitalocean_sd_configs", .discovery, "droplets of DigitalOcean", isUndocumented: true),
    InputDeclaration("marathon_sd_configs", .discovery, "tasks of Marathon", isUndocumented: true),
    InputDeclaration("nerve_sd_configs", .discovery, "services of Nerve", isUndocumented: true),
    InputDeclaration("serverset_sd_configs", .discovery, "serversets in ZooKeeper", isUndocumented: true),
    InputDeclaration("triton_sd_configs", .discovery, "containers of Triton", isUndocumented: true),
  ]

  /// The key of a job.
  var field: ConfigurationField<ScrapeConfiguration> {
    ConfigurationField(
      key,
      read: { entry, path, job, errors in
        check(entry.value, path: path, errors: &errors)
        job.otherInputs.append(
          OtherInput(declaration: self, location: entry.keyLocation, yaml: YAMLValue(entry.value, hidingSecrets: true)))
      },
      value: { job in job.otherInputs.first { $0.declaration.key == key }?.yaml })
  }

  /// Refuses keys that it does not have.
  private func check(_ node: YAMLNode, path: String, errors: inout ErrorCollector) {
    switch kind {
    case .input: checkKeys(node, path: path, errors: &errors)
    case .discovery:
      guard let items = errors.note({ () throws(ConfigurationError) in try node.items(path) }) else { return }
      for (index, item) in items.enumerated() { checkKeys(item, path: "\(path)[\(index)]", errors: &errors) }
    }
  }

  private func checkKeys(_ node: YAMLNode, path: String, errors: inout ErrorCollector) {
    guard var reader = MappingReader(node, path: path, errors: &errors), let keys else { return }
    for key in keys {
      guard let entry = reader.entry(key.name), !entry.value.isNull else { continue }
      key.check(entry.value, reader.path(of: key.name), &errors)
    }
    reader.refuseUnknownKeys(errors: &errors)
  }
}

/// A key of an input that is not in this version: its name, and what it may hold.
struct InputKey: Sendable {
  let name: String
  let check: @Sendable (YAMLNode, String, inout ErrorCollector) -> Void

  init<Value: ConfigurationValue>(_ name: String, _ type: Value.Type) {
    self.name = name
    check = { node, path, errors in _ = Value.read(node, path: path, errors: &errors) }
  }

  /// What it holds is not looked at.
  init(anything name: String) {
    self.name = name
    check = { _, _, _ in }
  }
}
