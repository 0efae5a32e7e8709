/// Recursive descent over the tokens of one query.
struct Parser {
  let source: [UInt8]
  let tokens: [Token]
  var index = 0
  /// How deep brackets nest here; bounded, so that a query cannot exhaust the stack.
  var depth = 0
  static let deepest = 64
  /// A selector that every stream could match is let through.
  var allowsEverything = false

  init(_ query: String) throws(LogQLError) {
    source = Array(query.utf8)
    tokens = try Lexer.tokens(of: query)
  }

  var token: Token { tokens[index] }

  func peek(_ ahead: Int) -> Token { tokens[min(index + ahead, tokens.count - 1)] }

  func position(_ token: Token) -> SourcePosition { Lexer.position(of: token.offset, in: source) }

  mutating func advance() -> Token {
    let token = tokens[index]
    if index + 1 < tokens.count { index += 1 }
    return token
  }

  mutating func take(_ symbol: String) -> Bool {
    guard token.isSymbol(symbol) else { return false }
    _ = advance()
    return true
  }

  mutating func takeWord(_ word: String) -> Bool {
    guard token.isWord(word) else { return false }
    _ = advance()
    return true
  }

  func unexpected(expecting: String? = nil) -> LogQLError {
    LogQLError(
      "syntax error: unexpected \(token.errorName)" + (expecting.map { ", expecting \($0)" } ?? ""),
      at: position(token))
  }

  mutating func expect(_ symbol: String, expecting: String? = nil) throws(LogQLError) {
    guard take(symbol) else { throw unexpected(expecting: expecting) }
  }

  mutating func expectString(expecting: String? = "STRING") throws(LogQLError) -> String {
    guard token.kind == .string else { throw unexpected(expecting: expecting) }
    return advance().text
  }

  mutating func expectIdentifier(expecting: String? = "IDENTIFIER") throws(LogQLError) -> String {
    guard token.kind == .identifier else { throw unexpected(expecting: expecting) }
    return advance().text
  }

  mutating func descend() throws(LogQLError) {
    depth += 1
    if depth > Parser.deepest {
      throw LogQLError("query nests deeper than \(Parser.deepest) brackets", at: position(token))
    }
  }

  // MARK: queries

  mutating func query() throws(LogQLError) -> Query {
    if token.kind == .end { throw LogQLError("syntax error: unexpected $end") }
    let operand = try binary(above: 0)
    if token.kind != .end { throw unexpected() }
    switch operand {
    case .logs(let query, _):
      if let unwrap = query.stages.first(where: { if case .unwrap = $0.kind { true } else { false } }) {
        throw LogQLError("syntax error: unexpected unwrap", at: unwrap.position)
      }
      return .logs(query)
    case .metric(let expression): return .metric(expression)
    }
  }

  mutating func selector() throws(LogQLError) -> Selector {
    guard take("{") else { throw unexpected() }
    var matchers: [Matcher] = []
    if take("}") { return Selector(matchers) }
    while true {
      let name = try expectIdentifier(expecting: matchers.isEmpty ? "IDENTIFIER or }" : "IDENTIFIER")
      guard token.kind == .symbol, let kind = MatchOperator(rawValue: token.text) else {
        throw unexpected(expecting: "= or != or =~ or !~")
      }
      _ = advance()
      matchers.append(try Matcher(name, kind, try expectString()))
      if take("}") { return Selector(matchers) }
      try expect(",", expecting: "} or ,")
    }
  }

  /// A selector that names something, and its stages.
  mutating func logQuery() throws(LogQLError) -> LogQuery {
    let selector = try selector()
    let query = LogQuery(selector: selector, stages: try stages())
    if selector.isEmptyCompatible, !allowsEverything { throw LogQLError(Selector.emptyCompatibleText) }
    return query
  }
}

extension Query {
  /// Parses LogQL.
  ///
  /// - Parameter allowingEverything: also takes selectors such as `{}`, which Loki refuses.
  /// - Throws: `LogQLError`, worded as Loki does.
  public init(parsing text: String, allowingEverything: Bool = false) throws(LogQLError) {
    var parser = try Parser(text)
    parser.allowsEverything = allowingEverything
    self = try parser.query()
  }
}

/// What Loki answers where a selector is wanted and a pipeline came.
private let onlyMatchers = {
  var error = LogQLError("only label matchers are supported")
  error.isPlain = true
  return error
}()

extension Selector {
  /// Parses a selector alone, as `match[]` and the label endpoints take it; `{}` selects everything.
  ///
  /// - Throws: `LogQLError`; a pipeline is refused with `only label matchers are supported`.
  public init(parsing text: String) throws(LogQLError) {
    var parser = try Parser(text)
    self = try parser.selector()
    if parser.token.kind != .end {
      _ = try parser.stages()
      if parser.token.kind != .end { throw parser.unexpected() }
      throw onlyMatchers
    }
  }
}
