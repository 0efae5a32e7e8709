import LogModel

/// Cuts the bytes of a query into tokens.
struct Lexer {
  private let bytes: [UInt8]
  private var offset = 0

  init(_ query: String) { bytes = Array(query.utf8) }

  /// All tokens; the last one is `.end`.
  static func tokens(of query: String) throws(LogQLError) -> [Token] {
    var lexer = Lexer(query)
    var tokens: [Token] = []
    while true {
      let token = try lexer.next()
      tokens.append(token)
      if token.kind == .end { return tokens }
    }
  }

  /// Line and column of a byte; columns count characters, not bytes.
  static func position(of offset: Int, in bytes: some Sequence<UInt8>) -> SourcePosition {
    var position = SourcePosition(line: 1, column: 1)
    for byte in bytes.prefix(offset) {
      if byte == UInt8(ascii: "\n") {
        position = SourcePosition(line: position.line + 1, column: 1)
      } else if byte & 0xC0 != 0x80 {
        position.column += 1
      }
    }
    return position
  }

  private func fail(_ message: String, at offset: Int) -> LogQLError {
    LogQLError(message, at: Lexer.position(of: offset, in: bytes))
  }

  private func byte(_ ahead: Int = 0) -> UInt8? { offset + ahead < bytes.count ? bytes[offset + ahead] : nil }

  private func text(from start: Int) -> String { String(decoding: bytes[start..<offset], as: UTF8.self) }

  private mutating func next() throws(LogQLError) -> Token {
    skipBlanks()
    let start = offset
    guard let first = byte() else { return Token(kind: .end, text: "", offset: start) }
    switch first {
    case UInt8(ascii: "\""), UInt8(ascii: "`"): return try string(quote: first)
    case UInt8(ascii: "["): return try range()
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: ".") where byte(1).map { (48...57).contains($0) } ?? false: return try number()
    case _ where Lexer.isNameStart(first):
      while let next = byte(), Lexer.isNameStart(next) || (48...57).contains(next) || next == UInt8(ascii: ":") {
        offset += 1
      }
      return Token(kind: .identifier, text: text(from: start), offset: start)
    default: break
    }
    for flag in ["--strict", "--keep-empty"] where bytes[start...].starts(with: flag.utf8) {
      offset += flag.utf8.count
      return Token(kind: .flag, text: flag, offset: start)
    }
    for symbol in Lexer.symbols where bytes[start...].starts(with: symbol.utf8) {
      offset += symbol.utf8.count
      return Token(kind: .symbol, text: symbol, offset: start)
    }
    offset += 1
    while let next = byte(), next & 0xC0 == 0x80 { offset += 1 }
    throw fail("syntax error: unexpected character \(GoQuote.quote(text(from: start)))", at: start)
  }

  /// Longest first.
  private static let symbols = [
    "|=", "|~", "|>", "!=", "!~", "!>", "=~", "==", ">=", "<=", "|", "=", ">", "<", "{", "}", "(", ")", ",", "+", "-",
    "*", "/", "%", "^", ".", "]",
  ]

  private static func isNameStart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
    default: false
    }
  }

  private mutating func skipBlanks() {
    while let next = byte() {
      if next == UInt8(ascii: "#") {
        while let skipped = byte(), skipped != UInt8(ascii: "\n") { offset += 1 }
      } else if next == 32 || (9...13).contains(next) {
        offset += 1
      } else {
        return
      }
    }
  }

  private mutating func string(quote: UInt8) throws(LogQLError) -> Token {
    let start = offset
    offset += 1
    while let next = byte() {
      offset += 1
      if next == quote {
        if quote == UInt8(ascii: "`") {
          let inner = String(decoding: bytes[(start + 1)..<(offset - 1)], as: UTF8.self)
          return Token(kind: .string, text: inner, offset: start)
        }
        guard let unquoted = GoQuote.unquote(Substring(text(from: start))) else {
          throw fail("invalid string literal: unknown escape or character", at: start)
        }
        return Token(kind: .string, text: unquoted, offset: start)
      }
      if quote == UInt8(ascii: "\"") {
        if next == UInt8(ascii: "\n") { break }
        if next == UInt8(ascii: "\\"), offset < bytes.count { offset += 1 }
      }
    }
    throw fail("literal not terminated", at: start)
  }

  private mutating func range() throws(LogQLError) -> Token {
    let start = offset
    guard let close = bytes[start...].firstIndex(of: UInt8(ascii: "]")) else {
      throw fail("missing closing ']' in duration", at: start)
    }
    offset = close + 1
    let inner = String(decoding: bytes[(start + 1)..<close], as: UTF8.self)
    switch DurationText.parse(inner) {
    case .success(let nanoseconds) where nanoseconds > 0:
      return Token(kind: .range(nanoseconds), text: inner, offset: start)
    case .success: throw fail("duration must be greater than 0", at: start)
    case .failure(let problem): throw fail(problem.message, at: start)
    }
  }

  private mutating func number() throws(LogQLError) -> Token {
    let start = offset
    while let next = byte() {
      let isExponentSign =
        (next == UInt8(ascii: "+") || next == UInt8(ascii: "-")) && (bytes[offset - 1] | 32) == UInt8(ascii: "e")
        && bytes[start..<(offset - 1)].allSatisfy { (48...57).contains($0) || $0 == UInt8(ascii: ".") }
      let isPart =
        Lexer.isNameStart(next) || (48...57).contains(next) || next == UInt8(ascii: ".") || next >= 0x80
        || isExponentSign
      guard offset == start || isPart else { break }
      offset += 1
    }
    let text = text(from: start)
    if let value = Double(text) { return Token(kind: .number(value), text: text, offset: start) }
    if case .success(let nanoseconds) = DurationText.parse(text) {
      return Token(kind: .duration(nanoseconds), text: text, offset: start)
    }
    if let bytes = ByteSizeText.parse(text) { return Token(kind: .bytes(bytes), text: text, offset: start) }
    throw fail("syntax error: unexpected \(GoQuote.quote(text)): neither a number, a duration nor a size", at: start)
  }
}
