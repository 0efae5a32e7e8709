import Glibc

/// By which proxy, if any, a server is reached.
public struct ProxySettings: Hashable, Sendable {
  public struct Server: Hashable, Sendable {
    public var host: String
    public var port: Int
    public var user: String?
    public var password: String?

    public init(host: String, port: Int, user: String? = nil, password: String? = nil) {
      self.host = host
      self.port = port
      self.user = user
      self.password = password
    }
  }

  /// For `http` and for `https` addresses.
  public var http: Server?
  public var https: Server?
  /// Hosts that are reached directly, separated by commas: names with all below them, addresses, networks, `*`.
  public var noProxy = ""
  /// Servers on this machine are reached directly, as the variables have it.
  public var sparesLoopback = false
  /// Sent with CONNECT.
  public var connectHeaders: [RequestHeader] = []

  public init() {}

  /// The proxy for a server.
  func server(for scheme: String, host: String, port: Int) -> Server? {
    guard let proxy = scheme == "https" ? https : http else { return nil }
    if sparesLoopback || !noProxy.isEmpty, Self.isLoopback(host) { return nil }
    let spared = noProxy.split(whereSeparator: { $0 == "," || $0 == " " })
    return spared.contains { Self.spares($0.lowercased(), host.lowercased(), port) } ? nil : proxy
  }

  private static func isLoopback(_ host: String) -> Bool {
    if host.lowercased() == "localhost" { return true }
    guard let address = IPAddress(host) else { return false }
    return address.bytes.count == 4 ? address.bytes[0] == 127 : address.bytes == Array(repeating: 0, count: 15) + [1]
  }

  private static func spares(_ entry: String, _ host: String, _ port: Int) -> Bool {
    if entry == "*" { return true }
    if let slash = entry.firstIndex(of: "/"), let network = IPAddress(String(entry[..<slash])),
      let bits = Int(entry[entry.index(after: slash)...]), let address = IPAddress(host)
    {
      return network.holds(address, prefix: bits)
    }
    var name = Substring(entry)
    // A port of the entry counts too; the colons of an IPv6 address are none.
    if name.filter({ $0 == ":" }).count == 1, let colon = name.firstIndex(of: ":") {
      if Int(name[name.index(after: colon)...]) != port { return false }
      name = name[..<colon]
    }
    if name.hasPrefix("*.") { name = name.dropFirst() }
    if name.hasPrefix(".") { return host.hasSuffix(name) }
    return host == name || host.hasSuffix("." + name)
  }
}

/// The bytes of an IP address.
struct IPAddress: Hashable {
  /// 4 or 16.
  let bytes: [UInt8]

  init?(_ text: String) {
    var four = in_addr()
    var six = in6_addr()
    if inet_pton(AF_INET, text, &four) == 1 {
      bytes = withUnsafeBytes(of: &four) { Array($0) }
    } else if inet_pton(AF_INET6, text, &six) == 1 {
      bytes = withUnsafeBytes(of: &six) { Array($0) }
    } else {
      return nil
    }
  }

  func holds(_ other: IPAddress, prefix bits: Int) -> Bool {
    guard bytes.count == other.bytes.count, bits >= 0, bits <= bytes.count * 8 else { return false }
    let whole = bits / 8
    guard bytes[..<whole] == other.bytes[..<whole] else { return false }
    let rest = bits % 8
    return rest == 0 || (bytes[whole] ^ other.bytes[whole]) >> UInt8(8 - rest) == 0
  }
}
