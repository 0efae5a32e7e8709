import AgentConfiguration

/// Makes a discoverer of what the configuration says.
enum Discoverers {
  /// - Parameters:
  ///   - host: the name of the node that the agent runs on.
  ///   - userAgent: of requests to servers.
  ///   - engines: where container engines are shared with those who read logs.
  /// - Throws: when certificates or the like cannot be used.
  static func make(
    _ configuration: DiscoveryConfiguration, host: String, userAgent: String, watches: WatchPool, engines: EnginePool
  )
    throws -> any Discoverer
  {
    switch configuration {
    case .file(let file): FileDiscoverer(file)
    case .http(let http): try HTTPDiscoverer(http, userAgent: userAgent)
    case .dns(let dns): DNSDiscoverer(dns)
    case .consul(let consul): try ConsulDiscoverer(consul, userAgent: userAgent)
    case .consulAgent(let agent): try ConsulAgentDiscoverer(agent, userAgent: userAgent)
    case .docker(let docker): DockerDiscoverer(try engines.engine(docker))
    case .kubernetes(let kubernetes):
      try KubernetesDiscoverer(kubernetes, host: host, userAgent: userAgent, pool: watches)
    }
  }
}
