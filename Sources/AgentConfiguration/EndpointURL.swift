internal import YAMLSource

/// The address of an HTTP endpoint, taken apart (RFC 3986).
public struct EndpointURL: Hashable, Sendable {
  /// As it was written; empty for none.
  public private(set) var text = ""
  /// In lower case; empty when the text has none.
  public private(set) var scheme = ""
  /// Escapes decoded; `nil` without user information.
  public private(set) var user: String?
  public private(set) var password: String?
  /// Without the brackets of an IPv6 address.
  public private(set) var host = ""
  /// `nil` means that of the scheme.
  public private(set) var port: Int?
  /// As it was written, escapes and all; begins with `/` unless it is empty.
  public private(set) var path = ""
  /// Without the question mark; `nil` when there is none.
  public private(set) var query: String?

  /// No address.
  public init() {}

  /// - Throws: what is wrong with the text, as a half sentence.
  public init(_ text: String) throws(EndpointURLError) {
    self.text = text
    if text.isEmpty { return }
    guard text.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F }) else {
      throw EndpointURLError("it holds a blank or a control character")
    }
    var rest = Substring(text)
    if let hash = rest.firstIndex(of: "#") { rest = rest[..<hash] }
    if let mark = rest.firstIndex(of: "?") {
      query = String(rest[rest.index(after: mark)...])
      rest = rest[..<mark]
    }
    try takeScheme(&rest)
    if rest.hasPrefix("//") {
      rest = rest.dropFirst(2)
      let authority = rest.prefix { $0 != "/" }
      rest = rest.dropFirst(authority.count)
      try takeAuthority(authority)
    }
    _ = try Self.decoded(rest)
    path = String(rest)
  }

  /// `host` or `host:port` as it was written, brackets of an IPv6 address included: the `host` label of the metrics.
  public var authority: String {
    let host = host.contains(":") ? "[\(host)]" : host
    return port.map { "\(host):\($0)" } ?? host
  }

  /// What a request line holds: path and query.
  public var target: String { (path.isEmpty ? "/" : path) + (query.map { "?\($0)" } ?? "") }

  public var isEmpty: Bool { text.isEmpty }

  private mutating func takeScheme(_ rest: inout Substring) throws(EndpointURLError) {
    guard let colon = rest.firstIndex(of: ":"), let first = rest.first else { return }
    let name = rest[..<colon]
    if name.isEmpty { throw EndpointURLError("the scheme is missing before the colon") }
    guard first.isASCII, first.isLetter,
      name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) })
    else {
      if name.contains("/") { return }
      throw EndpointURLError("\"\(name)\" is no scheme")
    }
    scheme = name.lowercased()
    rest = rest[rest.index(after: colon)...]
  }

  private mutating func takeAuthority(_ authority: Substring) throws(EndpointURLError) {
    var rest = authority
    if let at = rest.lastIndex(of: "@") {
      let parts = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      user = try Self.decoded(parts[0])
      if parts.count == 2 { password = try Self.decoded(parts[1]) }
      rest = rest[rest.index(after: at)...]
    }
    if rest.hasPrefix("[") {
      guard let close = rest.firstIndex(of: "]") else { throw EndpointURLError("the ] of the host is missing") }
      host = String(rest[rest.index(after: rest.startIndex)..<close])
      rest = rest[rest.index(after: close)...]
    } else {
      let name = rest.prefix { $0 != ":" }
      host = try Self.decoded(name)
      rest = rest.dropFirst(name.count)
    }
    guard let colon = rest.first else { return }
    let digits = rest.dropFirst()
    guard colon == ":", digits.allSatisfy({ $0.isASCII && $0.isNumber }) else {
      throw EndpointURLError("\"\(rest)\" is no port")
    }
    if digits.isEmpty { return }
    guard let number = Int(digits), number <= 65_535 else { throw EndpointURLError("\(digits) is no port") }
    port = number
  }

  private static func decoded(_ text: Substring) throws(EndpointURLError) -> String {
    guard text.contains("%") else { return String(text) }
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.first {
      rest = rest.dropFirst()
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = String(decoding: Array(rest.prefix(2)), as: UTF8.self)
      guard digits.utf8.count == 2, let value = UInt8(digits, radix: 16) else {
        throw EndpointURLError("%\(digits) is no escape")
      }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// Why a text is no URL.
public struct EndpointURLError: Error, Hashable, Sendable, CustomStringConvertible {
  public var description: String

  init(_ description: String) { self.description = description }
}

extension EndpointURL: ConfigurationValue {
  static func read(_ node: YAMLNode, path: String, errors: inout ErrorCollector) -> EndpointURL? {
    guard let text = String.read(node, path: path, errors: &errors) else { return nil }
    do {
      return try EndpointURL(text)
    } catch {
      errors.add("\"\(text)\" is no URL: \(error)", at: node.location, path: path)
      return nil
    }
  }

  /// The password is not shown.
  var yaml: YAMLValue {
    guard let password, !password.isEmpty, let at = text.lastIndex(of: "@"), let scheme = text.firstRange(of: "//")
    else {
      return .string(text)
    }
    let user = text[scheme.upperBound..<at].prefix { $0 != ":" }
    return .string("\(text[..<scheme.upperBound])\(user):<secret>\(text[at...])")
  }
  var isUnset: Bool { isEmpty }
}

extension EndpointURL: CustomStringConvertible {
  public var description: String { text }
}
