/// The words of an expression.
enum Token: Equatable {
  case identifier(String)
  case quotedIdentifier(String)
  case rawString(String)
  case literal(String)
  case number(Int)
  case dot, star, comma, colon, at, expref, pipe, or, and, not
  case flatten, filter, leftBracket, rightBracket, leftBrace, rightBrace, leftParenthesis, rightParenthesis
  case comparator(SyntaxNode.Comparator)
  case end

  /// For error messages.
  var summary: String {
    switch self {
    case .identifier(let name): "\"\(name)\""
    case .quotedIdentifier(let name): "\"\(name)\""
    case .rawString(let text): "'\(text)'"
    case .literal(let text): "`\(text)`"
    case .number(let value): "\(value)"
    case .end: "the end"
    case .dot: "\".\""
    case .star: "\"*\""
    case .comma: "\",\""
    case .colon: "\":\""
    case .at: "\"@\""
    case .expref: "\"&\""
    case .pipe: "\"|\""
    case .or: "\"||\""
    case .and: "\"&&\""
    case .not: "\"!\""
    case .flatten: "\"[]\""
    case .filter: "\"[?\""
    case .leftBracket: "\"[\""
    case .rightBracket: "\"]\""
    case .leftBrace: "\"{\""
    case .rightBrace: "\"}\""
    case .leftParenthesis: "\"(\""
    case .rightParenthesis: "\")\""
    case .comparator: "a comparison"
    }
  }
}

struct Lexer {
  /// Longer expressions would cost too much stack, and nobody writes them.
  static let maxTokens = 1000

  private let bytes: [UInt8]
  private var at = 0

  private init(_ text: String) { bytes = Array(text.utf8) }

  static func tokens(_ text: String) throws(JMESPathError) -> [(token: Token, position: Int)] {
    var lexer = Lexer(text)
    var tokens: [(token: Token, position: Int)] = []
    while let next = try lexer.next() {
      tokens.append(next)
      if tokens.count > maxTokens { throw JMESPathError("the expression is too long", at: next.position) }
    }
    tokens.append((.end, lexer.bytes.count))
    return tokens
  }

  private mutating func take(_ byte: Character) -> Bool {
    guard at < bytes.count, bytes[at] == byte.asciiValue else { return false }
    at += 1
    return true
  }

  private mutating func next() throws(JMESPathError) -> (token: Token, position: Int)? {
    while at < bytes.count, " \t\n\r".utf8.contains(bytes[at]) { at += 1 }
    guard at < bytes.count else { return nil }
    let start = at
    return (try token(start), start)
  }

  private mutating func token(_ start: Int) throws(JMESPathError) -> Token {
    let byte = bytes[at]
    if Self.isNameStart(byte) { return .identifier(name()) }
    if byte &- 48 <= 9 || byte == UInt8(ascii: "-") { return .number(try number()) }
    at += 1
    switch byte {
    case UInt8(ascii: "."): return .dot
    case UInt8(ascii: "*"): return .star
    case UInt8(ascii: ","): return .comma
    case UInt8(ascii: ":"): return .colon
    case UInt8(ascii: "@"): return .at
    case UInt8(ascii: "]"): return .rightBracket
    case UInt8(ascii: "{"): return .leftBrace
    case UInt8(ascii: "}"): return .rightBrace
    case UInt8(ascii: "("): return .leftParenthesis
    case UInt8(ascii: ")"): return .rightParenthesis
    case UInt8(ascii: "["): return take("]") ? .flatten : take("?") ? .filter : .leftBracket
    case UInt8(ascii: "|"): return take("|") ? .or : .pipe
    case UInt8(ascii: "&"): return take("&") ? .and : .expref
    case UInt8(ascii: "!"): return take("=") ? .comparator(.notEqual) : .not
    case UInt8(ascii: "<"): return .comparator(take("=") ? .lessOrEqual : .less)
    case UInt8(ascii: ">"): return .comparator(take("=") ? .greaterOrEqual : .greater)
    case UInt8(ascii: "="):
      guard take("=") else { throw JMESPathError("a single \"=\" is no operator; equality is \"==\"", at: start) }
      return .comparator(.equal)
    case UInt8(ascii: "'"): return .rawString(try quoted(byte, start) { $0 == UInt8(ascii: "'") })
    case UInt8(ascii: "`"): return .literal(try quoted(byte, start) { $0 == UInt8(ascii: "`") })
    case UInt8(ascii: "\""): return .quotedIdentifier(try quotedName(start))
    default: throw JMESPathError("\(Self.shown(bytes, start)) is not known here", at: start)
    }
  }

  private static func shown(_ bytes: [UInt8], _ at: Int) -> String {
    let text = String(decoding: bytes[at...], as: UTF8.self)
    return "\"\(text.first.map(String.init) ?? "")\""
  }

  static func isNameStart(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
  }

  private mutating func name() -> String {
    let start = at
    while at < bytes.count, Self.isNameStart(bytes[at]) || bytes[at] &- 48 <= 9 { at += 1 }
    return String(decoding: bytes[start..<at], as: UTF8.self)
  }

  private mutating func number() throws(JMESPathError) -> Int {
    let start = at
    if bytes[at] == UInt8(ascii: "-") { at += 1 }
    while at < bytes.count, bytes[at] &- 48 <= 9 { at += 1 }
    guard let value = Int(String(decoding: bytes[start..<at], as: UTF8.self)) else {
      throw JMESPathError(
        at == start + 1 ? "\"-\" begins no number here; quote names that hold it" : "the number is too large", at: start
      )
    }
    return value
  }

  /// The text up to the closing quote; a backslash before the quote is dropped, every other one stays.
  private mutating func quoted(_ quote: UInt8, _ start: Int, _ isEnd: (UInt8) -> Bool) throws(JMESPathError) -> String {
    var text: [UInt8] = []
    while at < bytes.count {
      let byte = bytes[at]
      at += 1
      if isEnd(byte) { return String(decoding: text, as: UTF8.self) }
      if byte == UInt8(ascii: "\\"), at < bytes.count {
        if !isEnd(bytes[at]) { text.append(byte) }
        text.append(bytes[at])
        at += 1
      } else {
        text.append(byte)
      }
    }
    throw JMESPathError("the closing \(Character(Unicode.Scalar(quote))) is missing", at: start)
  }

  /// A name in double quotes is a string of JSON.
  private mutating func quotedName(_ start: Int) throws(JMESPathError) -> String {
    while at < bytes.count, bytes[at] != UInt8(ascii: "\"") { at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1 }
    guard at < bytes.count else { throw JMESPathError("the closing \" is missing", at: start) }
    at += 1
    guard let value = LiteralValue.parse(Array(bytes[start..<at])), case .string(let name) = value else {
      throw JMESPathError("the quoted name is no string of JSON", at: start)
    }
    return String(decoding: name, as: UTF8.self)
  }
}
