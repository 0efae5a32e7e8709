/// A scalar: its text as it was written, and what YAML takes it for.
///
/// The rules are YAML 1.1's as the field's Go programs apply them: a plain `yes`, `no`, `on`, `off`, `y`, `n`, `true` or
/// `false` is a truth value, `~`, `null` and nothing are null, and numbers may be decimal, hexadecimal (`0x1F`), octal
/// (`0o17`, `017`) or binary (`0b1`), with underscores between digits. What is quoted is always a string.
public struct YAMLScalar: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    case string
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case float(Double)
    case null
  }

  /// As written, escapes of quoted scalars decoded.
  public var text: String
  public var kind: Kind

  public init(_ text: String, kind: Kind) {
    self.text = text
    self.kind = kind
  }

  /// Resolves a plain scalar.
  public init(plain text: String) {
    self.init(text, kind: Self.resolve(text))
  }

  var summary: String {
    switch kind {
    case .null: "nothing"
    case .string: "\"\(text)\""
    case .bool: "the truth value \(text)"
    case .int, .uint, .float: "the number \(text)"
    }
  }

  static func resolve(_ text: String) -> Kind {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y": return .bool(true)
    case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N": return .bool(false)
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .float(.infinity)
    case "-.inf", "-.Inf", "-.INF": return .float(-.infinity)
    case ".nan", ".NaN", ".NAN": return .float(.nan)
    default: break
    }
    guard let first = text.utf8.first,
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) || "+-.".utf8.contains(first)
    else { return .string }
    return number(text) ?? .string
  }

  private static func number(_ text: String) -> Kind? {
    let plain = text.filter { $0 != "_" }
    var digits = Substring(plain)
    var negative = false
    if let sign = digits.first, sign == "-" || sign == "+" {
      negative = sign == "-"
      digits = digits.dropFirst()
    }
    guard let magnitude = integer(digits) else { return float(plain) }
    if negative {
      if magnitude <= UInt64(Int64.max) { return .int(-Int64(magnitude)) }
      return magnitude == UInt64(Int64.max) + 1 ? .int(.min) : nil
    }
    return magnitude <= UInt64(Int64.max) ? .int(Int64(magnitude)) : .uint(magnitude)
  }

  private static func integer(_ digits: Substring) -> UInt64? {
    for (prefix, radix) in [("0x", 16), ("0X", 16), ("0o", 8), ("0O", 8), ("0b", 2), ("0B", 2)]
    where digits.hasPrefix(prefix) {
      return unsigned(digits.dropFirst(2), radix: radix)
    }
    if digits.count > 1, digits.first == "0", let octal = unsigned(digits.dropFirst(), radix: 8) { return octal }
    if digits.count > 1, digits.first == "0" { return nil }
    return unsigned(digits, radix: 10)
  }

  private static func unsigned(_ digits: Substring, radix: Int) -> UInt64? {
    guard let first = digits.first, first != "+", first != "-" else { return nil }
    return UInt64(digits, radix: radix)
  }

  /// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
  private static func float(_ text: String) -> Kind? {
    var rest = Substring(text)
    if let sign = rest.first, sign == "-" || sign == "+" { rest = rest.dropFirst() }
    let whole = rest.prefix(while: \.isASCIIDigit)
    rest = rest.dropFirst(whole.count)
    var fraction = Substring()
    if rest.first == "." {
      rest = rest.dropFirst()
      fraction = rest.prefix(while: \.isASCIIDigit)
      rest = rest.dropFirst(fraction.count)
    }
    guard !whole.isEmpty || !fraction.isEmpty else { return nil }
    if let exponent = rest.first, exponent == "e" || exponent == "E" {
      rest = rest.dropFirst()
      if let sign = rest.first, sign == "-" || sign == "+" { rest = rest.dropFirst() }
      guard !rest.isEmpty, rest.allSatisfy(\.isASCIIDigit) else { return nil }
      rest = Substring()
    }
    guard rest.isEmpty else { return nil }
    // Swift reads neither a trailing dot nor a leading one everywhere; a zero on both sides means the same.
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 2 {
      let head = parts[0].isEmpty || parts[0] == "-" || parts[0] == "+" ? parts[0] + "0" : parts[0]
      let tail = parts[1].first?.isASCIIDigit == true ? parts[1] : "0" + parts[1]
      return Double("\(head).\(tail)").map { .float($0) }
    }
    return Double(text).map { .float($0) }
  }
}

extension Character {
  fileprivate var isASCIIDigit: Bool { isASCII && isWholeNumber }
}
