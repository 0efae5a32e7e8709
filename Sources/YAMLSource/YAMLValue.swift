/// A value to be written as YAML.
public indirect enum YAMLValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case uint(UInt64)
  /// Text that needs no quotes whatever it looks like, such as a duration.
  case plain(String)
  case string(String)
  case list([YAMLValue])
  case mapping([Member])

  public struct Member: Hashable, Sendable {
    public var key: String
    public var value: YAMLValue

    public init(_ key: String, _ value: YAMLValue) {
      self.key = key
      self.value = value
    }
  }

  /// The value as a document, in the form that Go's YAML writer gives: two blanks of indentation, lists not indented.
  public var text: String {
    var out = ""
    write(to: &out, indent: 0, afterKey: false)
    return out
  }

  private var isEmpty: Bool {
    switch self {
    case .list(let items): items.isEmpty
    case .mapping(let members): members.isEmpty
    default: true
    }
  }

  private func write(to out: inout String, indent: Int, afterKey: Bool) {
    let margin = String(repeating: "  ", count: indent)
    switch self {
    case .list(let items) where !items.isEmpty:
      if afterKey { out += "\n" }
      // A list under a key stands as far left as the key.
      let margin = String(repeating: "  ", count: max(0, afterKey ? indent - 1 : indent))
      for item in items {
        out += "\(margin)-"
        item.writeItem(to: &out, indent: afterKey ? indent : indent + 1)
      }
    case .mapping(let members) where !members.isEmpty:
      if afterKey { out += "\n" }
      for member in members {
        out += "\(margin)\(Self.quoted(member.key)):"
        member.value.write(to: &out, indent: indent + 1, afterKey: true)
      }
    default: out += (afterKey ? " " : "") + scalar + "\n"
    }
  }

  private func writeItem(to out: inout String, indent: Int) {
    guard case .mapping = self, !isEmpty else {
      write(to: &out, indent: indent + 1, afterKey: true)
      return
    }
    var inner = ""
    write(to: &inner, indent: indent, afterKey: false)
    // The first key stands on the line of the dash.
    out += " " + inner.drop { $0 == " " }
  }

  private var scalar: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .int(let value): String(value)
    case .uint(let value): String(value)
    case .plain(let text): text
    case .string(let text): Self.quoted(text)
    case .list: "[]"
    case .mapping: "{}"
    }
  }

  /// The text, in quotes if it would mean something else without.
  static func quoted(_ text: String) -> String {
    if text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
      return "\"" + text.unicodeScalars.map(escaped).joined() + "\""
    }
    guard needsQuotes(text) else { return text }
    return text.isEmpty
      ? "\"\"" : "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
  }

  private static func needsQuotes(_ text: String) -> Bool {
    guard YAMLScalar.resolve(text) == .string, let first = text.first, let last = text.last else { return true }
    if "!&*-?{}[],#|>@`\"'%: ".contains(first) {
      // A dash that is no list item, as in `-x`, may stand.
      guard first == "-" || first == "?" || first == ":", text.count > 1, text.dropFirst().first != " " else {
        return true
      }
    }
    return last == " " || last == ":" || text.contains(": ") || text.contains(" #") || text == "<<"
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": return "\\n"
    case "\t": return "\\t"
    case "\r": return "\\r"
    case "\"": return "\\\""
    case "\\": return "\\\\"
    case _ where scalar.value < 0x20 || scalar.value == 0x7F:
      let hex = String(scalar.value, radix: 16)
      return "\\x" + (hex.count < 2 ? "0" : "") + hex
    default: return String(scalar)
    }
  }
}
