/// Puts variables into a text: `${NAME}`, defaults (`${NAME:-word}`, `${NAME:=word}`, `${NAME=word}`, `${NAME:word}`) and the shell's
/// functions on text (`${#NAME}`, `${NAME^^}`, `${NAME,}`, `${NAME:1:3}`, `${NAME#prefix}`, `${NAME%suffix}`,
/// `${NAME/old/new}` …). `$$` is a dollar sign, two backslashes are one, and `$NAME` without braces stays.
public enum EnvironmentExpansion {
  /// - Parameter variable: the value of a variable; `nil` when it is not set, which counts as empty.
  /// - Throws: an expression that is none, with its place.
  public static func expand(_ text: String, file: String, variable: (String) -> String?)
    throws(ConfigurationError) -> String
  {
    var scanner = Scanner(bytes: Array(text.utf8), file: file)
    var out: [UInt8] = []
    try scanner.copy(to: &out, until: nil, depth: 0, variable: variable)
    return String(decoding: out, as: UTF8.self)
  }
}

private struct Scanner {
  let bytes: [UInt8]
  let file: String
  var at = 0

  init(bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
  }

  /// Expressions within defaults within expressions: deeper ones would cost too much stack.
  private static let maxDepth = 100

  private func refused(_ message: String, at place: Int) -> ConfigurationError {
    let before = bytes[..<place]
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let column = before.reversed().prefix { $0 != UInt8(ascii: "\n") }.count + 1
    return ConfigurationError(
      message, at: SourceLocation(file: file, line: line, column: column),
      hint: "write $$ for a dollar sign, or leave out -config.expand-env")
  }

  /// Copies up to one of `ends`, which stays, or up to the end.
  mutating func copy(to out: inout [UInt8], until ends: [UInt8]?, depth: Int, variable: (String) -> String?)
    throws(ConfigurationError)
  {
    while at < bytes.count {
      let byte = bytes[at]
      let next = at + 1 < bytes.count ? bytes[at + 1] : nil
      if let ends, ends.contains(byte) { return }
      if byte == UInt8(ascii: "$"), next == UInt8(ascii: "{") {
        out += try expression(depth: depth, variable: variable)
      } else if byte == UInt8(ascii: "$"), next == byte {
        out.append(byte)
        at += 2
      } else if byte == UInt8(ascii: "\\"), next == byte {
        out.append(byte)
        at += 2
      } else {
        out.append(byte)
        at += 1
      }
    }
  }

  private mutating func word(until ends: String, depth: Int, _ variable: (String) -> String?)
    throws(ConfigurationError) -> String
  {
    var out: [UInt8] = []
    try copy(to: &out, until: Array(ends.utf8), depth: depth + 1, variable: variable)
    return String(decoding: out, as: UTF8.self)
  }

  private mutating func take(_ text: String) -> Bool {
    guard bytes[at...].starts(with: text.utf8) else { return false }
    at += text.utf8.count
    return true
  }

  private mutating func name() -> String {
    let start = at
    while at < bytes.count,
      bytes[at] == UInt8(ascii: "_") || bytes[at] &- 48 <= 9
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(bytes[at] | 0x20)
    { at += 1 }
    return String(decoding: bytes[start..<at], as: UTF8.self)
  }

  private mutating func expression(depth: Int, variable: (String) -> String?) throws(ConfigurationError) -> [UInt8] {
    let start = at
    guard depth < Self.maxDepth else { throw refused("variables are nested too deeply", at: start) }
    at += 2
    let wantsLength = take("#")
    let name = name()
    guard !name.isEmpty else { throw refused("a variable needs a name after \"${\"", at: start) }
    let value = variable(name) ?? ""
    let result: String
    if wantsLength {
      result = String(value.utf8.count)
    } else {
      result = try apply(to: value, name: name, start: start, depth: depth, variable)
    }
    guard take("}") else {
      throw refused("the expression ${\(name)… is not one, or lacks its closing brace", at: start)
    }
    return Array(result.utf8)
  }

  private mutating func apply(to value: String, name: String, start: Int, depth: Int, _ variable: (String) -> String?)
    throws(ConfigurationError) -> String
  {
    if take(":-") || take(":=") || take("=") {
      let fallback = try word(until: "}", depth: depth, variable)
      return value.isEmpty ? fallback : value
    }
    if take("^^") { return value.uppercased() }
    if take(",,") { return value.lowercased() }
    if take("^") { return value.prefix(1).uppercased() + value.dropFirst() }
    if take(",") { return value.prefix(1).lowercased() + value.dropFirst() }
    if take("##") { return try Self.withoutPrefix(value, word(until: "}", depth: depth, variable), longest: true) }
    if take("#") { return try Self.withoutPrefix(value, word(until: "}", depth: depth, variable), longest: false) }
    if take("%%") { return try Self.withoutSuffix(value, word(until: "}", depth: depth, variable), longest: true) }
    if take("%") { return try Self.withoutSuffix(value, word(until: "}", depth: depth, variable), longest: false) }
    if take(":") { return try substring(of: value, start: start, depth: depth, variable) }
    if take("/") { return try replacing(in: value, start: start, depth: depth, variable) }
    return value
  }

  /// Without the beginning that a pattern with `*` and `?` fits.
  private static func withoutPrefix(_ value: String, _ pattern: String, longest: Bool) -> String {
    let lengths = longest ? Array((0...value.count).reversed()) : Array(0...value.count)
    let fitting = lengths.first { fits(Array(value.prefix($0)), Array(pattern)) }
    return fitting.map { String(value.dropFirst($0)) } ?? value
  }

  private static func withoutSuffix(_ value: String, _ pattern: String, longest: Bool) -> String {
    String(withoutPrefix(String(value.reversed()), String(pattern.reversed()), longest: longest).reversed())
  }

  /// Whether a pattern with `*` and `?` fits all of a text.
  private static func fits(_ text: [Character], _ pattern: [Character]) -> Bool {
    var at = 0
    var place = 0
    var star: (pattern: Int, text: Int)?
    while at < text.count {
      if place < pattern.count, pattern[place] == "*" {
        star = (place, at)
        place += 1
      } else if place < pattern.count, pattern[place] == "?" || pattern[place] == text[at] {
        place += 1
        at += 1
      } else if let last = star {
        // The star takes one more.
        star = (last.pattern, last.text + 1)
        place = last.pattern + 1
        at = last.text + 1
      } else {
        return false
      }
    }
    return pattern[place...].allSatisfy { $0 == "*" }
  }

  private mutating func substring(of value: String, start: Int, depth: Int, _ variable: (String) -> String?)
    throws(ConfigurationError) -> String
  {
    let first = try word(until: ":}", depth: depth, variable)
    let length = take(":") ? try word(until: "}", depth: depth, variable) : nil
    guard let offset = Int(first) else {
      guard !first.hasPrefix("?"), !first.hasPrefix("+") else {
        throw refused("\(first.prefix(1)) after the colon is not known", at: start)
      }
      // What Promtail's documentation calls a default: ${NAME:word}.
      return value.isEmpty ? first + (length.map { ":" + $0 } ?? "") : value
    }
    guard offset >= 0, length.map({ Int($0) ?? -1 >= 0 }) ?? true else {
      throw refused("a part of a variable is written ${NAME:OFFSET} or ${NAME:OFFSET:LENGTH}", at: start)
    }
    let rest = value.dropFirst(offset)
    return String(length.flatMap { Int($0) }.map { rest.prefix($0) } ?? rest)
  }

  private mutating func replacing(in value: String, start: Int, depth: Int, _ variable: (String) -> String?)
    throws(ConfigurationError) -> String
  {
    let everywhere = take("/")
    let atStart = !everywhere && take("#")
    let atEnd = !everywhere && !atStart && take("%")
    let old = try word(until: "/}", depth: depth, variable)
    let new = take("/") ? try word(until: "}", depth: depth, variable) : ""
    guard !old.isEmpty else { return value }
    if atStart { return value.hasPrefix(old) ? new + value.dropFirst(old.count) : value }
    if atEnd { return value.hasSuffix(old) ? value.dropLast(old.count) + new : value }
    var out = ""
    var rest = Substring(value)
    while let range = rest.firstRange(of: old) {
      out += rest[..<range.lowerBound] + new
      rest = rest[range.upperBound...]
      if !everywhere { break }
    }
    return out + rest
  }
}
