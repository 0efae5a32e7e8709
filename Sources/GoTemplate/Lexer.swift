import GoCompat

/// Takes a template apart into words, by the rules of Go's text/template.
struct Lexer {
  private let text: [UInt8]
  private var place = 0
  private var tokens: [Token] = []
  private static let keywords: Set<String> = [
    "block", "break", "continue", "define", "else", "end", "if", "range", "nil", "template", "with",
  ]

  static func tokens(of text: [UInt8]) throws -> [Token] {
    var lexer = Lexer(text: text)
    try lexer.run()
    return lexer.tokens
  }

  private init(text: [UInt8]) { self.text = text }

  private mutating func run() throws {
    var trimsStart = false
    while true {
      let start = place
      while place < text.count, !begins("{{") { place += 1 }
      var end = place
      let isAction = place < text.count
      let trimsEnd = isAction && begins("{{-") && isSpace(place + 3)
      var first = start
      if trimsStart { while first < end, isSpace(first) { first += 1 } }
      if trimsEnd { while end > first, isSpace(end - 1) { end -= 1 } }
      if end > first { tokens.append(Token(kind: .text, text: text[first..<end])) }
      guard isAction else {
        add(.end, place)
        return
      }
      let opening = place
      place += trimsEnd ? 4 : 2
      if begins("/*") {
        trimsStart = try comment(opening)
      } else {
        tokens.append(Token(kind: .leftDelimiter, text: text[opening..<opening + 2]))
        trimsStart = try action(opening)
      }
    }
  }

  /// - Returns: whether the text that follows is trimmed.
  private mutating func comment(_ opening: Int) throws -> Bool {
    place += 2
    while place < text.count, !begins("*/") { place += 1 }
    guard place < text.count else { throw error("unclosed comment", opening) }
    place += 2
    if let trims = rightDelimiter() { return trims }
    throw error("comment ends before closing delimiter", place)
  }

  /// Moves behind the end of an action, if that is here.
  private mutating func rightDelimiter() -> Bool? {
    if begins("}}") {
      place += 2
      return false
    }
    if place < text.count, isSpace(place), begins("-}}", at: place + 1) {
      place += 4
      return true
    }
    return nil
  }

  private mutating func action(_ opening: Int) throws -> Bool {
    var parentheses: [Int] = []
    while true {
      let start = place
      if let trims = rightDelimiter() {
        if let open = parentheses.last { throw error("unclosed left paren", open) }
        add(.rightDelimiter, start)
        return trims
      }
      guard place < text.count else { throw error("unclosed action", opening) }
      let byte = text[place]
      place += 1
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"):
        // The blank before `-}}` belongs to it.
        while place < text.count, isSpace(place), !begins("-}}", at: place + 1) { place += 1 }
        if begins("-}}") {
          place -= 1
          if place > start { add(.space, start) }
        } else {
          add(.space, start)
        }
      case UInt8(ascii: "="): add(.assign, start)
      case UInt8(ascii: ":"):
        guard place < text.count, text[place] == UInt8(ascii: "=") else { throw error("expected :=", start) }
        place += 1
        add(.declare, start)
      case UInt8(ascii: "|"): add(.pipe, start)
      case UInt8(ascii: ","): add(.comma, start)
      case UInt8(ascii: "("):
        parentheses.append(start)
        add(.leftParenthesis, start)
      case UInt8(ascii: ")"):
        guard parentheses.popLast() != nil else { throw error("unexpected right paren", start) }
        add(.rightParenthesis, start)
      case UInt8(ascii: "\""): try quoted(byte, .string, "unterminated quoted string", start)
      case UInt8(ascii: "'"): try quoted(byte, .character, "unterminated character constant", start)
      case UInt8(ascii: "`"):
        while place < text.count, text[place] != byte { place += 1 }
        guard place < text.count else { throw error("unterminated raw quoted string", start) }
        place += 1
        add(.rawString, start)
      case UInt8(ascii: "$"): try name(.variable, start)
      case UInt8(ascii: "."):
        if place < text.count, text[place] &- 48 <= 9 { try number(start) } else { try name(.field, start) }
      case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number(start)
      default:
        place = start
        guard alphanumeric() > 0 else { throw error("unexpected \(character(start)) in action", start) }
        try name(.identifier, start)
      }
    }
  }

  private mutating func quoted(_ mark: UInt8, _ kind: Token.Kind, _ message: String, _ start: Int) throws {
    while place < text.count, text[place] != mark {
      if text[place] == UInt8(ascii: "\\") { place += 1 }
      guard place < text.count, text[place] != UInt8(ascii: "\n") else { throw error(message, start) }
      place += 1
    }
    guard place < text.count else { throw error(message, start) }
    place += 1
    add(kind, start)
  }

  private mutating func name(_ kind: Token.Kind, _ start: Int) throws {
    while true {
      let length = alphanumeric()
      if length == 0 { break }
      place += length
    }
    let isTerminated =
      place >= text.count || isSpace(place) || ".,|:()".utf8.contains(text[place]) || begins("}}")
    guard isTerminated else { throw error("bad character \(character(place))", place) }
    if kind == .identifier {
      let word = String(decoding: text[start..<place], as: UTF8.self)
      let isBool = word == "true" || word == "false"
      add(isBool ? .bool : Self.keywords.contains(word) ? .keyword : .identifier, start)
    } else if kind == .field, place == start + 1 {
      add(.dot, start)
    } else {
      add(kind, start)
    }
  }

  private mutating func number(_ start: Int) throws {
    // The parser finds out whether the characters of a number make one.
    while place < text.count {
      let byte = text[place]
      let isSign = byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
      let follows = text[place - 1] | 0x20
      let isExponent =
        follows == UInt8(ascii: "p")
        || follows == UInt8(ascii: "e") && !begins("0x", at: start)
          && !begins("0X", at: start)
      guard byte == UInt8(ascii: ".") || isSign && place > start && isExponent || alphanumeric() > 0 else { break }
      place += max(1, alphanumeric())
    }
    add(.number, start)
  }

  private mutating func add(_ kind: Token.Kind, _ start: Int) {
    tokens.append(Token(kind: kind, text: text[start..<place]))
  }

  private func begins(_ word: StaticString, at offset: Int? = nil) -> Bool {
    let offset = offset ?? place
    let length = word.utf8CodeUnitCount
    guard offset + length <= text.count else { return false }
    for index in 0..<length where text[offset + index] != word.utf8Start[index] { return false }
    return true
  }

  private func isSpace(_ offset: Int) -> Bool {
    offset < text.count && (text[offset] == 0x20 || text[offset] == 9 || text[offset] == 10 || text[offset] == 13)
  }

  /// The length of the letter, digit or underscore here; 0 if it is none.
  private func alphanumeric() -> Int {
    guard place < text.count else { return 0 }
    let byte = text[place]
    if byte < 0x80 {
      return byte == UInt8(ascii: "_") || byte &- 48 <= 9 || (byte | 0x20) &- 97 <= 25 ? 1 : 0
    }
    guard let (scalar, length) = decoded(place) else { return 0 }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber:
      return length
    default: return 0
    }
  }

  private func decoded(_ offset: Int) -> (Unicode.Scalar, Int)? {
    text[offset...].withUnsafeBufferPointer { rest in
      let length = UTF8Text.sequenceLength(rest, 0)
      guard length > 0 else { return nil }
      return String(decoding: rest[..<length], as: UTF8.self).unicodeScalars.first.map { ($0, length) }
    }
  }

  private func character(_ offset: Int) -> String {
    guard let (scalar, _) = decoded(offset) else { return "byte" }
    return "\"\(scalar)\""
  }

  private func error(_ message: String, _ offset: Int) -> TemplateError {
    TemplateError(message, at: offset, in: text)
  }
}
