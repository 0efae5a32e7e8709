/// The parts of a URL as Go's net/url takes them apart and joins them.
struct URLText {
  struct User {
    var name: [UInt8]
    var password: [UInt8]?

    var text: [UInt8] {
      URLText.escaped(name, .user) + (password.map { [UInt8(ascii: ":")] + URLText.escaped($0, .user) } ?? [])
    }
  }
  enum Part { case query, path, user, fragment }

  var scheme: [UInt8] = []
  var user: User?
  var host: [UInt8] = []
  /// Unescaped.
  var path: [UInt8] = []
  var query: [UInt8] = []
  /// Of URLs such as `mailto:a@b`.
  var opaque: [UInt8] = []
  /// Unescaped.
  var fragment: [UInt8] = []

  init() {}

  init(_ text: [UInt8]) throws {
    guard !text.contains(where: { $0 < 0x20 || $0 == 0x7f }) else {
      throw TemplateError("unable to parse url: invalid control character in URL")
    }
    var rest = text[...]
    if let mark = rest.firstIndex(of: UInt8(ascii: "#")) {
      fragment = try Self.unescaped(rest[(mark + 1)...])
      rest = rest[..<mark]
    }
    scheme = try Self.takeScheme(&rest)
    if let mark = rest.firstIndex(of: UInt8(ascii: "?")) {
      query = Array(rest[(mark + 1)...])
      rest = rest[..<mark]
    }
    if !scheme.isEmpty, rest.first != UInt8(ascii: "/") {
      opaque = Array(rest)
      return
    }
    if rest.starts(with: "//".utf8), !scheme.isEmpty || !rest.starts(with: "///".utf8) {
      rest = rest.dropFirst(2)
      let authority = rest.prefix { $0 != UInt8(ascii: "/") }
      rest = rest.dropFirst(authority.count)
      try takeAuthority(authority)
    }
    path = try Self.unescaped(rest)
  }

  private static func takeScheme(_ rest: inout ArraySlice<UInt8>) throws -> [UInt8] {
    for (offset, byte) in rest.enumerated() {
      switch byte {
      case UInt8(ascii: ":"):
        if offset == 0 { throw TemplateError("unable to parse url: missing protocol scheme") }
        let scheme = rest.prefix(offset).map { (65...90).contains($0) ? $0 + 32 : $0 }
        rest = rest.dropFirst(offset + 1)
        return scheme
      case 65...90, 97...122: continue
      case 48...57, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
        if offset == 0 { return [] }
      default: return []
      }
    }
    return []
  }

  private mutating func takeAuthority(_ authority: ArraySlice<UInt8>) throws {
    var name = authority
    if let mark = authority.lastIndex(of: UInt8(ascii: "@")) {
      let info = authority[..<mark]
      name = authority[(mark + 1)...]
      if let colon = info.firstIndex(of: UInt8(ascii: ":")) {
        user = User(name: try Self.unescaped(info[..<colon]), password: try Self.unescaped(info[(colon + 1)...]))
      } else {
        user = User(name: try Self.unescaped(info), password: nil)
      }
    }
    let afterBracket = name.lastIndex(of: UInt8(ascii: "]")).map { name[($0 + 1)...] } ?? name
    if let colon = afterBracket.lastIndex(of: UInt8(ascii: ":")),
      !afterBracket[(colon + 1)...].allSatisfy({ $0 &- 48 <= 9 })
    {
      throw TemplateError("unable to parse url: invalid port \":\(Array(afterBracket[(colon + 1)...]).string)\"")
    }
    host = try Self.unescaped(name)
  }

  /// Without port and brackets.
  var hostname: [UInt8] {
    if host.first == UInt8(ascii: "["), let end = host.firstIndex(of: UInt8(ascii: "]")) { return Array(host[1..<end]) }
    return Array(host.prefix { $0 != UInt8(ascii: ":") })
  }

  var text: [UInt8] {
    var out: [UInt8] = []
    if !scheme.isEmpty { out += scheme + [UInt8(ascii: ":")] }
    if !opaque.isEmpty {
      out += opaque
    } else {
      if !host.isEmpty || user != nil || !scheme.isEmpty && !path.isEmpty {
        out += "//".utf8
        if let user { out += user.text + [UInt8(ascii: "@")] }
        out += host
      }
      if let first = path.first, first != UInt8(ascii: "/"), !host.isEmpty { out.append(UInt8(ascii: "/")) }
      out += Self.escaped(path, .path)
    }
    if !query.isEmpty { out += [UInt8(ascii: "?")] + query }
    if !fragment.isEmpty { out += [UInt8(ascii: "#")] + Self.escaped(fragment, .fragment) }
    return out
  }

  static func escaped(_ text: [UInt8], _ part: Part) -> [UInt8] {
    var out: [UInt8] = []
    for byte in text {
      if isPlain(byte, part) {
        out.append(byte)
      } else if byte == 0x20, part == .query {
        out.append(UInt8(ascii: "+"))
      } else {
        out.append(UInt8(ascii: "%"))
        for digit in [byte >> 4, byte & 15] { out.append(digit < 10 ? digit + 48 : digit + 55) }
      }
    }
    return out
  }

  private static func isPlain(_ byte: UInt8, _ part: Part) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "~"): true
    default:
      switch part {
      case .query: false
      case .path: "$&+,/:;=@".utf8.contains(byte)
      case .user: "$&+,;=".utf8.contains(byte)
      case .fragment: "$&+,/:;=?@!()*".utf8.contains(byte)
      }
    }
  }

  private static func unescaped(_ text: ArraySlice<UInt8>) throws -> [UInt8] {
    var out: [UInt8] = []
    var rest = text
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        out.append(byte)
        continue
      }
      guard let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16), rest.count >= 2 else {
        throw TemplateError("unable to parse url: invalid URL escape")
      }
      out.append(value)
      rest = rest.dropFirst(2)
    }
    return out
  }
}
