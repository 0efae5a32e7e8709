/// Promtail's positions file: `positions:` and below it a path and a quoted offset a line.
///
/// Written so that Promtail reads it again. Read line by line, so that a file which a power loss or a full disk cut
/// short still gives every entry that is whole.
public enum PositionsFile {
  public struct Content: Equatable, Sendable {
    /// Path (or `cursor-…`, `journal-…`) to what was written for it.
    public var entries: [String: String] = [:]
    /// The first line that could not be read, from 1, and what is wrong with it.
    public var problem: Problem?

    public struct Problem: Equatable, Sendable {
      public var line: Int
      public var reason: String
    }
  }

  public static func parse(_ bytes: [UInt8]) -> Content {
    var content = Content()
    var hasHead = false
    var pendingKey: String?
    let text = String(decoding: bytes, as: UTF8.self)
    for (index, raw) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      func fail(_ reason: String) {
        if content.problem == nil { content.problem = .init(line: index + 1, reason: reason) }
      }
      let line = raw.hasSuffix("\r") ? raw.dropLast() : raw
      let body = line.drop { $0 == " " }
      if body.isEmpty || body.first == "#" || body == "---" { continue }
      if body.utf8.contains(0) || body.first == "\t" {
        fail("bytes that are no YAML")
        continue
      }
      if line.first != " " {
        if line.hasPrefix("positions:") {
          let rest = line.dropFirst("positions:".count).drop { $0 == " " }
          hasHead = true
          if !rest.isEmpty, rest != "{}", rest.first != "#" { fail("expected a mapping of paths to offsets") }
        } else if let cut = line.firstIndex(of: ":") {
          fail("key \"\(line[..<cut])\" is not known, expected \"positions\"")
        } else {
          fail("expected \"positions:\"")
        }
        continue
      }
      if !hasHead {
        fail("expected \"positions:\" first")
        continue
      }
      // A key of more than 128 bytes is written over two lines: `? key` and `: value`.
      if body.hasPrefix("? ") {
        guard let (key, rest) = scalar(body.dropFirst(2), endsAtColon: false), rest.isEmpty else {
          fail("expected a path")
          continue
        }
        pendingKey = key
        continue
      }
      if body.hasPrefix(": "), let key = pendingKey {
        pendingKey = nil
        guard let (value, _) = scalar(body.dropFirst(2), endsAtColon: false) else {
          fail("expected an offset")
          continue
        }
        content.entries[key] = value
        continue
      }
      guard let (key, rest) = scalar(body, endsAtColon: true), rest.first == ":" else {
        fail("expected \"path: offset\"")
        continue
      }
      guard let (value, _) = scalar(rest.dropFirst().drop { $0 == " " }, endsAtColon: false), !value.isEmpty else {
        fail("expected an offset after \"\(key):\"")
        continue
      }
      content.entries[key] = value
    }
    if !hasHead, content.problem == nil, !bytes.isEmpty, !text.allSatisfy(\.isWhitespace) {
      content.problem = .init(line: 1, reason: "expected \"positions:\"")
    }
    return content
  }

  /// Sorted by path, each offset quoted (recorded: positions/saved-file-has-one-quoted-offset-per-path).
  /// - Parameters:
  ///   - entries: by path.
  ///   - others: where one has a path of `entries`, it is not written.
  public static func bytes(_ entries: [PositionsSnapshot.Entry], _ others: [String: String]) -> [UInt8] {
    var out = PositionText()
    out.append(entries.isEmpty && others.isEmpty ? "positions: {}\n" : "positions:\n")
    var rest = others.sorted { $0.key < $1.key }[...]
    func append(_ key: String) {
      out.append("  ")
      if isPlain(key) { out.append(key) } else { out.append(quoted(key)) }
      out.append(": ")
    }
    func appendOther(_ key: String, _ value: String) {
      append(key)
      let isNumber = !value.isEmpty && value.utf8.allSatisfy { (48...57).contains($0) }
      out.append(isNumber ? "\"\(value)\"" : isPlain(value) ? value : quoted(value))
      out.append("\n")
    }
    for entry in entries {
      while let other = rest.first, other.key <= entry.key {
        if other.key < entry.key { appendOther(other.key, other.value) }
        rest.removeFirst()
      }
      append(entry.key)
      out.append("\"")
      out.append(entry.offset)
      out.append("\"\n")
    }
    for other in rest { appendOther(other.key, other.value) }
    return out.bytes
  }

  /// A scalar at the start of `text`, and what follows it. nil when quotes do not end.
  private static func scalar(_ text: Substring, endsAtColon: Bool) -> (String, Substring)? {
    switch text.first {
    case "'":
      var out = ""
      var rest = text.dropFirst()
      while let character = rest.first {
        rest = rest.dropFirst()
        if character != "'" {
          out.append(character)
        } else if rest.first == "'" {
          out.append("'")
          rest = rest.dropFirst()
        } else {
          return (out, rest.drop { $0 == " " })
        }
      }
      return nil
    case "\"":
      var out = ""
      var rest = text.dropFirst()
      while let character = rest.first {
        rest = rest.dropFirst()
        if character == "\"" { return (out, rest.drop { $0 == " " }) }
        guard character == "\\" else {
          out.append(character)
          continue
        }
        guard let escape = rest.first else { return nil }
        rest = rest.dropFirst()
        switch escape {
        case "n": out.append("\n")
        case "t": out.append("\t")
        case "r": out.append("\r")
        case "0": out.append("\0")
        case "x", "u", "U":
          let digits = rest.prefix(escape == "x" ? 2 : escape == "u" ? 4 : 8)
          guard let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value) else { return nil }
          out.unicodeScalars.append(scalar)
          rest = rest.dropFirst(digits.count)
        default: out.append(escape)
        }
      }
      return nil
    default:
      var end = text.endIndex
      if endsAtColon {
        var found: Substring.Index?
        var place = text.startIndex
        while place < text.endIndex {
          let next = text.index(after: place)
          if text[place] == ":", next == text.endIndex || text[next] == " " {
            found = place
            break
          }
          place = next
        }
        guard let found else { return nil }
        end = found
      }
      var plain = text[..<end]
      while plain.last == " " { plain.removeLast() }
      return (String(plain), text[end...])
    }
  }

  private static let reserved: Set<String> = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"]

  private static func quoted(_ text: String) -> String {
    text.unicodeScalars.contains(where: needsEscape)
      ? escaped(text) : "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
  }

  /// Whether YAML takes the text for itself as it stands. One pass over the bytes: there may be thousands of paths.
  private static func isPlain(_ text: String) -> Bool {
    var text = text
    let isPlain = text.withUTF8 { bytes -> Bool? in
      guard let first = bytes.first, first == 47 || (65...90).contains(first) || (97...122).contains(first) else {
        return false
      }
      var before: UInt8 = 0
      for byte in bytes {
        // Control characters, and what is beyond ASCII, may need more thought.
        if byte < 32 || byte > 126 { return bytes.contains { $0 < 32 || $0 == 127 } ? false : nil }
        if before == 58 && byte == 32 || before == 32 && byte == 35 { return false }
        before = byte
      }
      return before != 58 && before != 32
    }
    return (isPlain ?? isPlainText(text)) && (text.utf8.count > 5 || !reserved.contains(text.lowercased()))
  }

  private static func isPlainText(_ text: String) -> Bool {
    !text.unicodeScalars.contains(where: needsEscape) && !text.contains(": ") && !text.contains(" #")
      && text.utf8.last != 58 && text.utf8.last != 32
  }

  private static func needsEscape(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 32 || scalar.value == 127 || scalar.value == 0x85 || scalar.value == 0xFEFF
  }

  private static func escaped(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\t": out += "\\t"
      default:
        if needsEscape(scalar) {
          let hex = String(scalar.value, radix: 16)
          out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
        } else {
          out.unicodeScalars.append(scalar)
        }
      }
    }
    return out + "\""
  }
}
