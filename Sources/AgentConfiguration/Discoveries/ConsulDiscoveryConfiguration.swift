public import GoCompat
internal import YAMLSource

/// What every query to Consul says.
public struct ConsulQuery: Hashable, Sendable {
  /// `host:port`.
  public var server = "localhost:8500"
  public var token = Secret("")
  public var datacenter = ""
  /// `http` or `https`.
  public var scheme = "http"
  public var username = ""
  public var password = Secret("")
  /// Stands between the tags in `__meta_consul_tags`, before the first and after the last.
  public var tagSeparator = ","
  /// Any server may answer, not only the leader.
  public var allowStale = true
  public var refreshInterval = PrometheusDuration.seconds(30)
  /// Names; empty for all.
  public var services: [String] = []
  /// Instances must bear all of them.
  public var tags: [String] = []
  /// Nodes must have all of them.
  public var nodeMeta = NamedTexts()

  public init() {}

  static func fields<Section>(at place: Place<Section, ConsulQuery>) -> [ConfigurationField<Section>] {
    let own: [ConfigurationField<ConsulQuery>] = [
      ConfigurationField("server", \.server),
      ConfigurationField(ifSet: "token", \.token),
      ConfigurationField(ifSet: "datacenter", \.datacenter),
      ConfigurationField("tag_separator", \.tagSeparator),
      ConfigurationField("scheme", \.scheme),
      ConfigurationField(ifSet: "username", \.username),
      ConfigurationField(ifSet: "password", \.password),
      ConfigurationField("allow_stale", \.allowStale),
      ConfigurationField("refresh_interval", \.refreshInterval),
      ConfigurationField(ifSet: "services", \.services),
      ConfigurationField(ifSet: "tags", \.tags),
      ConfigurationField(ifSet: "node_meta", \.nodeMeta),
    ]
    return own.map { field in
      ConfigurationField(
        field.key, read: { field.read($0, $1, &$2[keyPath: place], &$3) }, value: { field.value($0[keyPath: place]) })
    }
  }

  func check(_ node: YAMLNode, path: String, errors: inout ErrorCollector) {
    if server.isEmpty { errors.add("Consul needs a server", at: node.location, path: path, hint: "server: HOST:8500") }
    if !["http", "https"].contains(scheme.lowercased()) {
      errors.add(
        "the scheme \"\(scheme)\" is neither http nor https", at: node["scheme"]?.location ?? node.location, path: path)
    }
  }
}

/// Services in Consul's catalogue: an item of `consul_sd_configs`.
public struct ConsulDiscoveryConfiguration: Hashable, Sendable {
  public var query = ConsulQuery()
  public var pathPrefix = ""
  public var namespace = ""
  public var partition = ""
  /// Consul's filter language, for the catalogue.
  public var filter = ""
  /// The same, for the instances of a service.
  public var healthFilter = ""
  public var http = HTTPClientConfiguration()

  public init() {}
}

extension ConsulDiscoveryConfiguration: ConfigurationSection {
  static let fields: [ConfigurationField<ConsulDiscoveryConfiguration>] =
    ConsulQuery.fields(at: \.query) + [
      ConfigurationField(ifSet: "path_prefix", \.pathPrefix),
      ConfigurationField(ifSet: "namespace", \.namespace),
      ConfigurationField(ifSet: "partition", \.partition),
      ConfigurationField(ifSet: "filter", \.filter),
      ConfigurationField(ifSet: "health_filter", \.healthFilter),
    ] + HTTPClientConfiguration.fields(at: \.http)

  mutating func finish(_ node: YAMLNode, path: String, errors: inout ErrorCollector) {
    query.check(node, path: path, errors: &errors)
    http.finish(node, path: path, errors: &errors)
    if !query.username.isEmpty || !query.password.text.isEmpty {
      if http.basicAuth != nil {
        errors.add("username, password and basic_auth exclude each other", at: node.location, path: path)
      }
      var basic = BasicAuthConfiguration()
      basic.username = query.username
      basic.password = query.password
      http.basicAuth = basic
      http.finish(node, path: path, errors: &errors)
    }
    if !query.token.text.isEmpty, http.authorization != nil || http.oauth2 != nil {
      errors.add(
        "token, authorization and oauth2 exclude each other", at: node["token"]?.location ?? node.location, path: path)
    }
  }
}

/// Services of one Consul agent: an item of `consulagent_sd_configs`.
public struct ConsulAgentDiscoveryConfiguration: Hashable, Sendable {
  public var query = ConsulQuery()
  public var namespace = ""
  public var tls = TLSConfiguration()

  public init() {}
}

extension ConsulAgentDiscoveryConfiguration: ConfigurationSection {
  static let fields: [ConfigurationField<ConsulAgentDiscoveryConfiguration>] =
    ConsulQuery.fields(at: \.query) + [
      ConfigurationField(ifSet: "namespace", \.namespace),
      ConfigurationField(ifSet: "tls_config", \.tls),
    ]

  mutating func finish(_ node: YAMLNode, path: String, errors: inout ErrorCollector) {
    query.check(node, path: path, errors: &errors)
  }
}
