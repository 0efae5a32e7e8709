public import AgentConfiguration

/// Makes a discoverer of what the configuration says.
public enum Discoverers {
  /// - Parameter userAgent: of requests to servers.
  /// - Throws: when certificates or the like cannot be used.
  public static func make(_ configuration: DiscoveryConfiguration, userAgent: String) throws -> any Discoverer {
    switch configuration {
    case .file(let file): FileDiscoverer(file)
    case .http(let http): try HTTPDiscoverer(http, userAgent: userAgent)
    case .dns(let dns): DNSDiscoverer(dns)
    case .consul(let consul): try ConsulDiscoverer(consul, userAgent: userAgent)
    case .consulAgent(let agent): try ConsulAgentDiscoverer(agent, userAgent: userAgent)
    case .docker(let docker): try DockerDiscoverer(docker, userAgent: userAgent)
    }
  }
}
