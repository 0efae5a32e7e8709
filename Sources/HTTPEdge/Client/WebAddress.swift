/// An absolute URL, taken apart as far as a connection needs it.
struct WebAddress {
  let scheme: String
  let host: String
  let port: Int
  private let hasPort: Bool
  /// Path and query.
  private let target: Substring
  private let text: String

  var isUnix: Bool { scheme == "http+unix" }

  init(_ text: String) throws(WebClientError) {
    guard let mark = text.firstRange(of: "://") else { throw WebClientError("\"\(text)\" is no URL") }
    self.text = text
    scheme = text[..<mark.lowerBound].lowercased()
    let rest = text[mark.upperBound...]
    let authority = rest.prefix { $0 != "/" && $0 != "?" }
    target = rest.dropFirst(authority.count)
    var name = authority
    var number: Int?
    if let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") {
      number = Int(authority[authority.index(after: colon)...])
      name = authority[..<colon]
    }
    if name.hasPrefix("["), name.hasSuffix("]") { name = name.dropFirst().dropLast() }
    host = String(name)
    hasPort = number != nil
    port = number ?? (scheme == "https" ? 443 : 80)
  }

  func authority(_ host: String) -> String {
    let host = host.contains(":") ? "[\(host)]" : host
    return hasPort ? "\(host):\(port)" : host
  }

  /// With another host, by which the certificate is checked.
  func url(withHost name: String?) -> String {
    guard let name, scheme == "https" else { return text }
    return "\(scheme)://\(authority(name))\(target)"
  }

  /// The Host header, where the address does not say it right.
  func hostHeader(_ serverName: String?) -> String? {
    if isUnix { return "localhost" }
    return serverName != nil && scheme == "https" ? authority(host) : nil
  }
}
