public import GoCompat
internal import YAMLSource

/// Targets from an HTTP server that answers with JSON: an item of `http_sd_configs`. Promtail does not have it; it is
/// Prometheus'.
public struct HTTPDiscoveryConfiguration: Hashable, Sendable {
  public var url = EndpointURL()
  public var refreshInterval = PrometheusDuration.seconds(60)
  public var http = HTTPClientConfiguration()

  public init() {}
}

extension HTTPDiscoveryConfiguration: ConfigurationSection {
  static let fields: [ConfigurationField<HTTPDiscoveryConfiguration>] =
    [
      ConfigurationField("url", \.url),
      ConfigurationField("refresh_interval", \.refreshInterval),
    ] + HTTPClientConfiguration.fields(at: \.http)

  mutating func finish(_ node: YAMLNode, path: String, errors: inout ErrorCollector) {
    http.finish(node, path: path, errors: &errors)
    if !["http", "https"].contains(url.scheme) || url.host.isEmpty {
      errors.add(
        "http_sd_configs needs the url of an HTTP server", at: node["url"]?.location ?? node.location, path: path,
        hint: "write it like http://HOST/targets")
    }
  }
}
