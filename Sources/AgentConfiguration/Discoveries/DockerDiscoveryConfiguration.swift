public import GoCompat
internal import YAMLSource

/// Containers of a Docker daemon: an item of `docker_sd_configs`.
public struct DockerDiscoveryConfiguration: Hashable, Sendable {
  /// Which containers: as `docker ps --filter NAME=VALUE`, of several values one must fit.
  public struct Filter: Hashable, Sendable {
    public var name = ""
    public var values: [String] = []

    public init() {}
  }

  /// `unix:///path`, `tcp://HOST:PORT`, `http://…` or `https://…`.
  public var host = "unix:///var/run/docker.sock"
  /// Of targets without a port of their own.
  public var port = 80
  public var filters: [Filter] = []
  /// Address of containers that share the network of their host.
  public var hostNetworkingHost = "localhost"
  public var refreshInterval = PrometheusDuration.seconds(60)
  /// One target for a container in several networks instead of one for each.
  public var matchFirstNetwork = true
  /// Beyond Promtail: logs that Docker writes to files (the driver json-file) are read there, if this host has the files.
  public var readLogFiles = true
  public var http = HTTPClientConfiguration()

  public init() {}
}

extension DockerDiscoveryConfiguration: ConfigurationSection {
  static let fields: [ConfigurationField<DockerDiscoveryConfiguration>] =
    HTTPClientConfiguration.fields(at: \.http) + [
      ConfigurationField("host", \.host),
      ConfigurationField("port", \.port),
      ConfigurationField("filters", \.filters),
      ConfigurationField("host_networking_host", \.hostNetworkingHost),
      ConfigurationField("refresh_interval", \.refreshInterval),
      ConfigurationField("match_first_network", \.matchFirstNetwork),
      ConfigurationField("read_log_files", \.readLogFiles),
    ]

  mutating func finish(_ node: YAMLNode, path: String, errors: inout ErrorCollector) {
    http.finish(node, path: path, errors: &errors)
    let url = try? EndpointURL(host)
    let isUsable =
      url.map {
        $0.scheme == "unix" ? !$0.path.isEmpty : ["tcp", "http", "https"].contains($0.scheme) && !$0.host.isEmpty
      } ?? false
    if !isUsable {
      errors.add(
        "the host \"\(host)\" is no address of a Docker daemon", at: node["host"]?.location ?? node.location,
        path: path, hint: "write it like unix:///var/run/docker.sock or tcp://HOST:2375")
    }
  }
}

extension DockerDiscoveryConfiguration.Filter: ConfigurationSection {
  static let fields: [ConfigurationField<DockerDiscoveryConfiguration.Filter>] = [
    ConfigurationField("name", \.name),
    ConfigurationField("values", \.values),
  ]

  mutating func finish(_ node: YAMLNode, path: String, errors: inout ErrorCollector) {
    if name.isEmpty || values.isEmpty {
      errors.add("a filter needs a name and values", at: node.location, path: path)
    }
  }
}
