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
  /// The keys that may stand in it; `nil` where they are not checked yet.
  let keys: [String]?

  /// Accepted and without effect on this system, as in Promtail.
  var isOfAnotherSystem: Bool { key == "windows_events" }
  /// Promtail has it from Prometheus without a word in its documentation; it is not going to be in any version.
  let isUndocumented: Bool

  private init(
    _ key: String, _ kind: Kind, _ summary: String, keys: [String]? = nil, isUndocumented: Bool = false
  ) {
    self.key = key
    self.kind = kind
    self.summary = summary
    self.keys = keys
    self.isUndocumented = isUndocumented
    isInThisVersion = false
  }

  private static let http = [
    "basic_auth", "authorization", "oauth2", "bearer_token", "bearer_token_file", "tls_config", "follow_redirects",
    "enable_http2", "proxy_url", "no_proxy", "proxy_from_environment", "proxy_connect_header", "http_headers",
  ]

  public static let all: [InputDeclaration] = [
    InputDeclaration(
      "syslog", .input, "a syslog receiver",
      keys: [
        "listen_address", "listen_protocol", "idle_timeout", "label_structured_data", "labels",
        "use_incoming_timestamp", "use_rfc5424_message", "syslog_format", "max_message_length", "tls_config",
      ]),
    InputDeclaration(
      "gcplog", .input, "Google Cloud logs",
      keys: [
        "project_id", "subscription", "labels", "use_incoming_timestamp", "subscription_type", "push_timeout",
        "server", "use_full_line",
      ]),
    InputDeclaration(
      "loki_push_api", .input, "Loki's push API",
      keys: ["server", "labels", "use_incoming_timestamp", "max_send_msg_size"]),
    InputDeclaration(
      "windows_events", .input, "Windows events",
      keys: [
        "locale", "eventlog_name", "xpath_query", "use_incoming_timestamp", "bookmark_path", "poll_interval",
        "exclude_event_data", "exclude_event_message", "exclude_user_data", "labels",
      ]),
    InputDeclaration(
      "kafka", .input, "Kafka topics",
      keys: [
        "labels", "use_incoming_timestamp", "brokers", "group_id", "topics", "version", "assignor", "authentication",
      ]),
    InputDeclaration(
      "azure_event_hubs", .input, "Azure event hubs",
      keys: [
        "labels", "use_incoming_timestamp", "event_hubs", "connection_string", "fully_qualified_namespace",
        "group_id", "disallow_custom_messages",
      ]),
    InputDeclaration(
      "gelf", .input, "a GELF receiver", keys: ["listen_address", "labels", "use_incoming_timestamp"]),
    InputDeclaration(
      "cloudflare", .input, "Cloudflare logs",
      keys: ["api_token", "zone_id", "labels", "workers", "pull_range", "fields_type", "additional_fields"]),
    InputDeclaration(
      "heroku_drain", .input, "a Heroku drain", keys: ["server", "labels", "use_incoming_timestamp"]),
    InputDeclaration(
      "dockerswarm_sd_configs", .discovery, "tasks of Docker Swarm",
      keys: ["host", "role", "port", "filters", "refresh_interval"] + http, isUndocumented: true),
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
    guard let reader = MappingReader(node, path: path, errors: &errors), let keys else { return }
    reader.refuseUnknownKeys(known: keys, errors: &errors)
  }
}
