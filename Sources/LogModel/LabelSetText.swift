/// Why a text is no label set; the text names the place as Prometheus' parser does: `1:5: parse error: …`.
public struct LabelSetParseError: Error, Hashable, Sendable, CustomStringConvertible {
  public var description: String
}

extension LabelSet {
  /// Reads Loki's text form, `{a="1", b="2"}`. Labels with an empty value are left out, as Prometheus does.
  public init(parsing text: String) throws(LabelSetParseError) {
    var parser = LabelSetText(bytes: Array(text.utf8))
    self.init(try parser.labels())
  }
}

private struct LabelSetText {
  let bytes: [UInt8]
  var offset = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// Columns count characters from 1, as Prometheus' parser counts them.
  func fail(_ message: String, at offset: Int) -> LabelSetParseError {
    let column = bytes[..<min(offset, bytes.count)].count { $0 & 0xC0 != 0x80 } + 1
    return LabelSetParseError(description: "1:\(column): parse error: \(message)")
  }

  mutating func skipBlanks() {
    while offset < bytes.count, bytes[offset] == 32 || (9...13).contains(bytes[offset]) { offset += 1 }
  }

  /// The whole character at `offset`, for error texts.
  var character: String {
    guard offset < bytes.count else { return "" }
    var end = offset + 1
    while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
    return String(decoding: bytes[offset..<end], as: UTF8.self)
  }

  func unexpected(expecting: String) -> LabelSetParseError {
    if offset >= bytes.count { return fail("unexpected end of input inside braces", at: offset) }
    if ["{", "}", ",", "="].contains(character) {
      return fail("unexpected \(GoQuote.quote(character)) in label set, expected \(expecting)", at: offset)
    }
    return fail("unexpected character inside braces: '\(character)'", at: offset)
  }

  mutating func labels() throws(LabelSetParseError) -> [Label] {
    skipBlanks()
    guard offset < bytes.count, bytes[offset] == UInt8(ascii: "{") else {
      throw fail("a label set starts with {", at: offset)
    }
    offset += 1
    var labels: [Label] = []
    skipBlanks()
    while character != "}" {
      let label = try self.label()
      if !label.value.isEmpty { labels.append(label) }
      skipBlanks()
      if character == "," {
        offset += 1
        skipBlanks()
      } else if character != "}" {
        throw unexpected(expecting: "\",\" or \"}\"")
      }
    }
    offset += 1
    skipBlanks()
    if offset < bytes.count { throw fail("unexpected \(GoQuote.quote(character)) after label set", at: offset) }
    return labels
  }

  private mutating func label() throws(LabelSetParseError) -> Label {
    let start = offset
    while offset < bytes.count, LabelSetText.isNameByte(bytes[offset], first: offset == start) { offset += 1 }
    guard offset > start else { throw unexpected(expecting: "identifier or \"}\"") }
    let name = String(decoding: bytes[start..<offset], as: UTF8.self)
    skipBlanks()
    guard character == "=" else { throw unexpected(expecting: "\"=\"") }
    offset += 1
    skipBlanks()
    let quote = offset
    guard character == "\"" else { throw unexpected(expecting: "string") }
    offset += 1
    while offset < bytes.count, bytes[offset] != UInt8(ascii: "\"") {
      offset += bytes[offset] == UInt8(ascii: "\\") ? 2 : 1
    }
    guard offset < bytes.count else { throw fail("unterminated quoted string", at: quote) }
    offset += 1
    guard let value = GoQuote.unquote(Substring(String(decoding: bytes[quote..<offset], as: UTF8.self))) else {
      throw fail("invalid quoted string", at: quote)
    }
    return Label(name, value)
  }

  private static func isNameByte(_ byte: UInt8, first: Bool) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"): !first
    default: false
    }
  }
}
