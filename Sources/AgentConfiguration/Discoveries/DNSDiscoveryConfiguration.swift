public import GoCompat
internal import YAMLSource

/// Targets from the DNS: an item of `dns_sd_configs`.
public struct DNSDiscoveryConfiguration: Hashable, Sendable {
  public enum RecordType: String, CaseIterable, Sendable {
    case srv = "SRV"
    case a = "A"
    case aaaa = "AAAA"
    case mx = "MX"
    case ns = "NS"
  }

  public var names: [String] = []
  public var refreshInterval = PrometheusDuration.seconds(30)
  public var type = RecordType.srv
  /// Of the targets; SRV records bring their own.
  public var port = 0

  public init() {}
}

extension DNSDiscoveryConfiguration: ConfigurationSection {
  static let fields: [ConfigurationField<DNSDiscoveryConfiguration>] = [
    ConfigurationField("names", \.names),
    ConfigurationField("refresh_interval", \.refreshInterval),
    ConfigurationField("type", \.type),
    ConfigurationField("port", \.port),
  ]

  mutating func finish(_ node: YAMLNode, path: String, errors: inout ErrorCollector) {
    if names.isEmpty { errors.add("dns_sd_configs needs names", at: node.location, path: path) }
    if type != .srv, port == 0 {
      errors.add(
        "records of type \(type.rawValue) need a port", at: node.location, path: path,
        hint: "only SRV records bring their own")
    }
  }
}

extension DNSDiscoveryConfiguration.RecordType: ConfigurationValue {
  /// In any letter case.
  static func read(_ node: YAMLNode, path: String, errors: inout ErrorCollector)
    -> DNSDiscoveryConfiguration.RecordType?
  {
    guard let text = node.scalar?.text, let type = Self(rawValue: text.uppercased()) else {
      return readName(node, path: path, errors: &errors)
    }
    return type
  }
  var yaml: YAMLValue { .string(rawValue) }
}
