/// One discovery of a job. Equal ones need not be started anew when a configuration is reloaded.
public enum DiscoveryConfiguration: Hashable, Sendable {
  case file(FileDiscoveryConfiguration)
  case http(HTTPDiscoveryConfiguration)
  case dns(DNSDiscoveryConfiguration)
  case consul(ConsulDiscoveryConfiguration)
  case consulAgent(ConsulAgentDiscoveryConfiguration)
  case docker(DockerDiscoveryConfiguration)

  /// The key that names its kind, without the ending `_configs`.
  public var mechanism: String {
    switch self {
    case .file: "file_sd"
    case .http: "http_sd"
    case .dns: "dns_sd"
    case .consul: "consul_sd"
    case .consulAgent: "consulagent_sd"
    case .docker: "docker_sd"
    }
  }
}

extension ScrapeConfiguration {
  /// All discoveries of the job but the targets that it lists itself.
  public var discoveries: [DiscoveryConfiguration] {
    fileDiscoveries.map { .file($0) } + httpDiscoveries.map { .http($0) } + dnsDiscoveries.map { .dns($0) }
      + consulDiscoveries.map { .consul($0) } + consulAgentDiscoveries.map { .consulAgent($0) }
      + dockerDiscoveries.map { .docker($0) }
  }

  static let discoveryFields: [ConfigurationField<ScrapeConfiguration>] = [
    ConfigurationField(ifSet: "file_sd_configs", \.fileDiscoveries),
    ConfigurationField(ifSet: "http_sd_configs", \.httpDiscoveries),
    ConfigurationField(ifSet: "dns_sd_configs", \.dnsDiscoveries),
    ConfigurationField(ifSet: "consul_sd_configs", \.consulDiscoveries),
    ConfigurationField(ifSet: "consulagent_sd_configs", \.consulAgentDiscoveries),
    ConfigurationField(ifSet: "docker_sd_configs", \.dockerDiscoveries),
  ]
}
