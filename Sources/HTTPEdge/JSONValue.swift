/// A JSON document, as requests, settings and discoveries bring it. Numbers keep their text.
public enum JSONValue: Sendable {
  case object([(name: String, value: JSONValue)])
  case array([JSONValue])
  /// Raw bytes after escapes: a log line need not be UTF-8.
  case string([UInt8])
  case number(String)
  case bool(Bool)
  case null

  public subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.last { $0.name == name }?.value
  }

  public var text: String? {
    if case .string(let bytes) = self { String(decoding: bytes, as: UTF8.self) } else { nil }
  }

  /// A whole number.
  public var int: Int? {
    if case .number(let text) = self { Int(text) } else { nil }
  }

  public var bool: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// Empty for anything but an array.
  public var elements: [JSONValue] {
    if case .array(let elements) = self { elements } else { [] }
  }

  /// Empty for anything but an object.
  public var members: [(name: String, value: JSONValue)] {
    if case .object(let members) = self { members } else { [] }
  }
}

public struct JSONError: Error, CustomStringConvertible {
  public var description: String
}

/// Reads JSON (RFC 8259).
public struct JSONReader {
  private let bytes: [UInt8]
  private var offset = 0
  private static let deepest = 32

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  public static func read(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
    var reader = JSONReader(bytes)
    let value = try reader.value(depth: 0)
    reader.skipBlanks()
    guard reader.offset == bytes.count else { throw reader.fail("unexpected text after the document") }
    return value
  }

  private func fail(_ message: String) -> JSONError {
    JSONError(description: "\(message), error found in #\(offset) byte")
  }

  private mutating func skipBlanks() {
    while offset < bytes.count, [32, 9, 10, 13].contains(bytes[offset]) { offset += 1 }
  }

  private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    guard depth < JSONReader.deepest else { throw fail("JSON nests deeper than \(JSONReader.deepest)") }
    skipBlanks()
    switch next {
    case UInt8(ascii: "{"):
      offset += 1
      return try object(depth: depth)
    case UInt8(ascii: "["):
      offset += 1
      return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case .some(let byte) where byte == UInt8(ascii: "-") || (48...57).contains(byte):
      let start = offset
      while let byte = next, (48...57).contains(byte) || "+-.eE".utf8.contains(byte) { offset += 1 }
      return .number(String(decoding: bytes[start..<offset], as: UTF8.self))
    case nil: throw fail("unexpected end of input")
    default: throw fail("unexpected character")
    }
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
    guard bytes[offset...].starts(with: word.utf8) else { throw fail("expected \(word)") }
    offset += word.utf8.count
    return value
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
    var members: [(name: String, value: JSONValue)] = []
    skipBlanks()
    if take(UInt8(ascii: "}")) { return .object(members) }
    while true {
      skipBlanks()
      guard next == UInt8(ascii: "\"") else { throw fail("expected a member's name in quotes") }
      let name = String(decoding: try string(), as: UTF8.self)
      skipBlanks()
      guard take(UInt8(ascii: ":")) else { throw fail("expected : after a member's name") }
      members.append((name, try value(depth: depth + 1)))
      skipBlanks()
      if take(UInt8(ascii: "}")) { return .object(members) }
      guard take(UInt8(ascii: ",")) else { throw fail("expected , or } in an object") }
    }
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
    var elements: [JSONValue] = []
    skipBlanks()
    if take(UInt8(ascii: "]")) { return .array(elements) }
    while true {
      elements.append(try value(depth: depth + 1))
      skipBlanks()
      if take(UInt8(ascii: "]")) { return .array(elements) }
      guard take(UInt8(ascii: ",")) else { throw fail("expected , or ] in an array") }
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    offset += 1
    return true
  }

  private mutating func string() throws(JSONError) -> [UInt8] {
    offset += 1
    var out: [UInt8] = []
    while true {
      let start = offset
      while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { offset += 1 }
      out.append(contentsOf: bytes[start..<offset])
      guard let stop = next else { throw fail("unexpected end of input in a string") }
      offset += 1
      if stop == UInt8(ascii: "\"") { return out }
      guard let escape = next else { throw fail("unexpected end of input in a string") }
      offset += 1
      switch escape {
      case UInt8(ascii: "n"): out.append(10)
      case UInt8(ascii: "t"): out.append(9)
      case UInt8(ascii: "r"): out.append(13)
      case UInt8(ascii: "b"): out.append(8)
      case UInt8(ascii: "f"): out.append(12)
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(escape)
      case UInt8(ascii: "u"): out.append(contentsOf: Array(String(Character(try scalar())).utf8))
      default: throw fail("unknown escape in a string")
      }
    }
  }

  /// The character after `\u`, with a second half where surrogates want one; a lone half is U+FFFD.
  private mutating func scalar() throws(JSONError) -> Unicode.Scalar {
    let first = try hex()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, bytes[offset...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) else {
      return "\u{FFFD}"
    }
    let back = offset
    offset += 2
    let second = try hex()
    guard (0xDC00...0xDFFF).contains(second) else {
      offset = back
      return "\u{FFFD}"
    }
    return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) ?? "\u{FFFD}"
  }

  private mutating func hex() throws(JSONError) -> UInt32 {
    guard offset + 4 <= bytes.count,
      let value = UInt32(String(decoding: bytes[offset..<(offset + 4)], as: UTF8.self), radix: 16)
    else { throw fail("four hexadecimal digits must follow \\u") }
    offset += 4
    return value
  }
}
