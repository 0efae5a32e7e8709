/// From words to a tree: operator precedence after Pratt, with the binding powers of the specification's own parsers.
struct Parser {
  private let tokens: [(token: Token, position: Int)]
  private var at = 0
  private var depth = 0
  /// Deeper expressions would cost too much stack.
  private static let maxDepth = 100

  private init(_ tokens: [(token: Token, position: Int)]) { self.tokens = tokens }

  static func parse(_ text: String) throws(JMESPathError) -> SyntaxNode {
    var parser = Parser(try Lexer.tokens(text))
    if parser.token == .end { throw JMESPathError("the expression is empty", at: 0) }
    let root = try parser.expression(0)
    guard parser.token == .end else { throw parser.unexpected() }
    return root
  }

  private var token: Token { tokens[at].token }
  private var position: Int { tokens[at].position }
  private func peek(_ offset: Int = 1) -> Token { tokens[min(at + offset, tokens.count - 1)].token }
  private mutating func advance() { at = min(at + 1, tokens.count - 1) }

  private func unexpected(_ wanted: String? = nil) -> JMESPathError {
    let wanted = wanted.map { ", expected \($0)" } ?? ""
    return JMESPathError("did not expect \(token.summary)\(wanted)", at: position)
  }

  private mutating func expect(_ wanted: Token) throws(JMESPathError) {
    guard token == wanted else { throw unexpected(wanted.summary) }
    advance()
  }

  private static func power(_ token: Token) -> Int {
    switch token {
    case .pipe: 1
    case .or: 2
    case .and: 3
    case .comparator: 5
    case .flatten: 9
    case .star: 20
    case .filter: 21
    case .dot: 40
    case .not: 45
    case .leftBrace: 50
    case .leftBracket: 55
    case .leftParenthesis: 60
    default: 0
    }
  }

  private mutating func expression(_ power: Int) throws(JMESPathError) -> SyntaxNode {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.maxDepth else { throw JMESPathError("the expression is nested too deeply", at: position) }
    var left = try prefix()
    while power < Self.power(token) { left = try infix(left) }
    return left
  }

  // MARK: What begins an expression

  private mutating func prefix() throws(JMESPathError) -> SyntaxNode {
    let (token, start) = tokens[at]
    guard token != .end else { throw unexpected() }
    advance()
    switch token {
    case .identifier(let name): return .field(name)
    case .quotedIdentifier(let name):
      if self.token == .leftParenthesis { throw JMESPathError("a quoted name is no function", at: start) }
      return .field(name)
    case .rawString(let text): return .literal(.text(text))
    case .literal(let text): return .literal(try literal(text, start))
    case .at: return .current
    case .not: return .not(try expression(Self.power(.not)))
    case .expref: return .reference(try expression(0))
    case .star: return .valueProjection(.current, try projected(Self.power(.star)))
    case .filter: return try filter(.current)
    case .flatten: return .listProjection(.flatten(.current), try projected(Self.power(.flatten)))
    case .leftBrace: return try multiSelectHash()
    case .leftBracket: return try bracket()
    case .leftParenthesis:
      let inner = try expression(0)
      try expect(.rightParenthesis)
      return inner
    default: throw JMESPathError("did not expect \(token.summary)", at: start)
    }
  }

  private func literal(_ text: String, _ start: Int) throws(JMESPathError) -> JSONValue {
    guard let value = LiteralValue.parse(Array(text.utf8)) else {
      throw JMESPathError("the literal is no JSON: `\(text)`", at: start)
    }
    return value
  }

  private mutating func bracket() throws(JMESPathError) -> SyntaxNode {
    switch token {
    case .number, .colon: return try project(.current, try indexOrSlice())
    case .star where peek() == .rightBracket:
      advance()
      advance()
      return .listProjection(.current, try projected(Self.power(.star)))
    default: return try multiSelectList()
    }
  }

  // MARK: What goes on

  private mutating func infix(_ left: SyntaxNode) throws(JMESPathError) -> SyntaxNode {
    let (token, start) = tokens[at]
    advance()
    switch token {
    case .dot:
      if self.token == .star {
        advance()
        return .valueProjection(left, try projected(Self.power(.star)))
      }
      return .chain(left, try afterDot(Self.power(.dot)))
    case .pipe: return .chain(left, try expression(Self.power(.pipe)))
    case .or: return .or(left, try expression(Self.power(.or)))
    case .and: return .and(left, try expression(Self.power(.and)))
    case .comparator(let comparator): return .comparison(comparator, left, try expression(Self.power(token)))
    case .flatten: return .listProjection(.flatten(left), try projected(Self.power(.flatten)))
    case .filter: return try filter(left)
    case .leftParenthesis: return try call(left, start)
    case .leftBracket:
      switch self.token {
      case .number, .colon: return try project(left, try indexOrSlice())
      default:
        try expect(.star)
        try expect(.rightBracket)
        return .listProjection(left, try projected(Self.power(.star)))
      }
    default: throw JMESPathError("did not expect \(token.summary)", at: start)
    }
  }

  private mutating func call(_ left: SyntaxNode, _ start: Int) throws(JMESPathError) -> SyntaxNode {
    guard case .field(let name) = left, at >= 2, case .identifier = tokens[at - 2].token else {
      throw JMESPathError("did not expect \"(\": only a name can be called", at: start)
    }
    var arguments: [SyntaxNode] = []
    while token != .rightParenthesis {
      arguments.append(try expression(0))
      if token == .comma {
        advance()
        if token == .rightParenthesis { throw unexpected("an argument") }
      } else if token != .rightParenthesis {
        throw unexpected("\",\" or \")\"")
      }
    }
    advance()
    return .function(name: name, arguments: arguments, position: tokens[at - 1].position)
  }

  private mutating func filter(_ left: SyntaxNode) throws(JMESPathError) -> SyntaxNode {
    let condition = try expression(0)
    try expect(.rightBracket)
    let right = token == .flatten ? SyntaxNode.current : try projected(Self.power(.filter))
    return .filterProjection(left, condition: condition, right)
  }

  /// `0]`, `1:2]`, `::2]`
  private mutating func indexOrSlice() throws(JMESPathError) -> SyntaxNode {
    if case .number(let index) = token, peek() == .rightBracket {
      advance()
      advance()
      return .index(index)
    }
    var parts: [Int?] = [nil, nil, nil]
    var part = 0
    let start = position
    while token != .rightBracket {
      switch token {
      case .colon:
        part += 1
        guard part < 3 else { throw unexpected("\"]\"") }
      case .number(let value):
        guard parts[part] == nil else { throw unexpected("\":\" or \"]\"") }
        parts[part] = value
      default: throw unexpected("a number, \":\" or \"]\"")
      }
      advance()
    }
    advance()
    if parts[2] == 0 { throw JMESPathError("the step of a slice must not be 0", at: start) }
    return .slice(start: parts[0], stop: parts[1], step: parts[2])
  }

  /// A slice projects what follows, an index does not.
  private mutating func project(_ left: SyntaxNode, _ right: SyntaxNode) throws(JMESPathError) -> SyntaxNode {
    let chain: SyntaxNode
    if case .current = left { chain = right } else { chain = .chain(left, right) }
    guard case .slice = right else { return chain }
    return .listProjection(chain, try projected(Self.power(.star)))
  }

  /// What a projection applies to each element.
  private mutating func projected(_ power: Int) throws(JMESPathError) -> SyntaxNode {
    switch token {
    case _ where Self.power(token) < 10: return .current
    case .leftBracket, .filter: return try expression(power)
    case .dot:
      advance()
      return try afterDot(power)
    default: throw unexpected()
    }
  }

  private mutating func afterDot(_ power: Int) throws(JMESPathError) -> SyntaxNode {
    switch token {
    case .identifier, .quotedIdentifier, .star: return try expression(power)
    case .leftBracket:
      advance()
      return try multiSelectList()
    case .leftBrace:
      advance()
      return try multiSelectHash()
    default: throw unexpected("a name, \"*\", \"[\" or \"{\" after the dot")
    }
  }

  // MARK: Several at once

  private mutating func multiSelectList() throws(JMESPathError) -> SyntaxNode {
    var items: [SyntaxNode] = []
    while true {
      items.append(try expression(0))
      if token == .rightBracket { break }
      try expect(.comma)
    }
    advance()
    return .multiSelectList(items)
  }

  private mutating func multiSelectHash() throws(JMESPathError) -> SyntaxNode {
    var members: [(key: String, value: SyntaxNode)] = []
    while true {
      switch token {
      case .identifier(let name), .quotedIdentifier(let name):
        advance()
        try expect(.colon)
        members.append((name, try expression(0)))
      default: throw unexpected("a key")
      }
      if token == .rightBrace { break }
      try expect(.comma)
    }
    advance()
    return .multiSelectHash(members)
  }
}
