/// Makes a tree of a template's words, by the rules of Go's text/template.
struct Parser {
  private let text: [UInt8]
  private let tokens: [Token]
  private var next = 0
  /// Variables in scope, by name; their numbers are places in `variableNames`.
  private var scope: [String] = ["$"]
  private var variableNumbers: [String: Int] = ["$": 0]
  private var loops = 0
  private var depth = 0
  private(set) var names: [String] = []
  private var numbers: [String: Int] = [:]
  private(set) var templates: [[UInt8]: [Node]] = [:]
  /// Deeper than any honest template; keeps parsing and running from running out of stack.
  private static let maxDepth = 100

  init(_ text: String) throws {
    self.text = Array(text.utf8)
    tokens = try Lexer.tokens(of: self.text)
  }

  /// The nodes of the template itself; named ones are in `templates`.
  mutating func parse() throws -> [Node] {
    var nodes: [Node] = []
    while true {
      switch peek.kind {
      case .end: return nodes
      case .leftDelimiter where isKeyword("define", after: 1): try definition()
      default:
        let start = peek
        switch try textOrAction() {
        case .node(let node): if let node { nodes.append(node) }
        case .end: throw error("unexpected {{end}}", start)
        case .otherwise: throw error("unexpected {{else}}", start)
        }
      }
    }
  }

  // MARK: - Actions

  private enum Item {
    case node(Node?)
    case end
    case otherwise
  }

  private mutating func textOrAction() throws -> Item {
    let token = advance()
    switch token.kind {
    case .text: return .node(.text(Array(token.text)))
    case .leftDelimiter: return try action()
    default: throw unexpected(token, "input")
    }
  }

  private mutating func action() throws -> Item {
    skipSpace()
    let token = peek
    guard token.kind == .keyword else { return .node(.action(try pipeline("command", to: .rightDelimiter))) }
    switch token.word {
    case "if":
      _ = advance()
      return .node(.branch(try branch("if")))
    case "with":
      _ = advance()
      return .node(.with(try branch("with")))
    case "range":
      _ = advance()
      return .node(.range(try branch("range")))
    case "template":
      _ = advance()
      return .node(try templateCall())
    case "block":
      _ = advance()
      return .node(try block())
    case "break", "continue":
      _ = advance()
      skipSpace()
      guard peek.kind == .rightDelimiter else { throw unexpected(peek, "{{\(token.word)}}") }
      _ = advance()
      guard loops > 0 else { throw error("{{\(token.word)}} outside {{range}}", token) }
      return .node(token.word == "break" ? .breakLoop : .continueLoop)
    case "end":
      _ = advance()
      try expect(.rightDelimiter, "end")
      return .end
    case "else":
      _ = advance()
      skipSpace()
      // Of `else if` and `else with`, the rest is read by whoever asked.
      if !isKeyword("if") && !isKeyword("with") { try expect(.rightDelimiter, "else") }
      return .otherwise
    default: return .node(.action(try pipeline("command", to: .rightDelimiter)))
    }
  }

  private mutating func branch(_ context: String) throws -> Branch {
    try enter()
    defer { depth -= 1 }
    let mark = scope.count
    defer { scope.removeLast(scope.count - mark) }
    let offset = peek.offset
    let head = try pipeline(context, to: .rightDelimiter)
    if context == "range" { loops += 1 }
    let (body, last) = try list()
    if context == "range" { loops -= 1 }
    var otherwise: [Node] = []
    if case .otherwise = last {
      if context != "range", isKeyword(context) {
        _ = advance()
        let inner = try branch(context)
        otherwise = [context == "if" ? .branch(inner) : .with(inner)]
      } else {
        guard peek.kind != .keyword else { throw unexpected(peek, "else") }
        let (nodes, last) = try list()
        guard case .end = last else { throw error("expected end; found {{else}}", tokens[max(0, next - 2)]) }
        otherwise = nodes
      }
    }
    return Branch(pipeline: head, body: body, otherwise: otherwise, offset: offset)
  }

  /// Nodes up to `end` or `else`.
  private mutating func list() throws -> ([Node], Item) {
    var nodes: [Node] = []
    while peek.kind != .end {
      switch try textOrAction() {
      case .node(let node): if let node { nodes.append(node) }
      case .end: return (nodes, .end)
      case .otherwise: return (nodes, .otherwise)
      }
    }
    throw error("unexpected end of the template, {{end}} is missing", peek)
  }

  private mutating func templateCall() throws -> Node {
    skipSpace()
    let offset = peek.offset
    let name = try templateName("template clause")
    skipSpace()
    if peek.kind == .rightDelimiter {
      _ = advance()
      return .call(name: name, nil, offset: offset)
    }
    return .call(name: name, try pipeline("template clause", to: .rightDelimiter), offset: offset)
  }

  private mutating func templateName(_ context: String) throws -> [UInt8] {
    skipSpace()
    let token = advance()
    guard token.kind == .string || token.kind == .rawString else { throw unexpected(token, context) }
    return try unquoted(token)
  }

  private mutating func block() throws -> Node {
    try enter()
    defer { depth -= 1 }
    let offset = peek.offset
    let name = try templateName("block clause")
    let argument = try pipeline("block clause", to: .rightDelimiter)
    try namedBody(name)
    return .call(name: name, argument, offset: offset)
  }

  private mutating func definition() throws {
    _ = advance()
    skipSpace()
    _ = advance()
    let name = try templateName("define clause")
    skipSpace()
    try expect(.rightDelimiter, "define clause")
    try namedBody(name)
  }

  /// A template of its own: it sees no variables and no loop from outside.
  private mutating func namedBody(_ name: [UInt8]) throws {
    let outer = (scope, loops)
    scope = ["$"]
    loops = 0
    defer { (scope, loops) = outer }
    let start = peek
    let (nodes, last) = try list()
    guard case .end = last else { throw error("unexpected {{else}}", start) }
    func isEmpty(_ nodes: [Node]) -> Bool {
      nodes.allSatisfy {
        if case .text(let text) = $0 { text.allSatisfy { $0 == 0x20 || (9...13).contains($0) } } else { false }
      }
    }
    if let known = templates[name], !isEmpty(known) {
      if !isEmpty(nodes) {
        throw error("multiple definition of template \"\(String(decoding: name, as: UTF8.self))\"", start)
      }
      return
    }
    templates[name] = nodes
  }

  // MARK: - Pipelines

  private mutating func pipeline(_ context: String, to end: Token.Kind) throws -> Pipeline {
    try enter()
    defer { depth -= 1 }
    skipSpace()
    var result = Pipeline(commands: [], offset: peek.offset)
    try declarations(context, &result)
    while true {
      skipSpace()
      let token = peek
      if token.kind == end {
        _ = advance()
        break
      }
      switch token.kind {
      case .bool, .character, .dot, .field, .identifier, .number, .rawString, .string, .variable, .leftParenthesis:
        result.commands.append(try command())
      case .keyword where token.word == "nil": result.commands.append(try command())
      default: throw unexpected(token, context)
      }
    }
    if result.commands.isEmpty { throw error("missing value for \(context)", at: result.offset) }
    for command in result.commands.dropFirst() {
      switch command.operands[0] {
      case .bool, .dot, .null, .number, .string:
        throw error("non executable command in pipeline", at: command.offset)
      default: break
      }
    }
    return result
  }

  private mutating func declarations(_ context: String, _ result: inout Pipeline) throws {
    while peek.kind == .variable {
      let variable = peek
      var after = next + 1
      if tokens[after].kind == .space { after += 1 }
      switch tokens[after].kind {
      case .assign, .declare:
        next = after + 1
        result.isAssignment = tokens[after].kind == .assign
        result.variables.append(declare(variable.word))
        return
      case .comma:
        next = after + 1
        result.variables.append(declare(variable.word))
        skipSpace()
        guard context == "range", result.variables.count < 2 else {
          throw error("too many declarations in \(context)", variable)
        }
        guard peek.kind == .variable else { throw error("range can only initialize variables", peek) }
      default: return
      }
    }
  }

  private mutating func declare(_ name: String) -> Int {
    scope.append(name)
    return number(ofVariable: name)
  }

  private mutating func number(ofVariable name: String) -> Int {
    if let known = variableNumbers[name] { return known }
    variableNumbers[name] = variableNumbers.count
    return variableNumbers.count - 1
  }

  private mutating func command() throws -> Command {
    var result = Command(operands: [], offset: peek.offset)
    loop: while true {
      skipSpace()
      if let operand = try operand() { result.operands.append(operand) }
      let token = peek
      switch token.kind {
      case .space: continue
      case .rightDelimiter, .rightParenthesis: break loop
      case .pipe:
        _ = advance()
        skipSpace()
        if peek.kind == .rightDelimiter || peek.kind == .rightParenthesis {
          throw error("missing command after \"|\"", peek)
        }
        break loop
      default: throw unexpected(token, "operand")
      }
    }
    if result.operands.isEmpty { throw error("empty command", at: result.offset) }
    return result
  }

  private mutating func operand() throws -> Operand? {
    let start = peek
    guard let term = try term() else { return nil }
    guard peek.kind == .field else { return term }
    var fields: [FieldName] = []
    while peek.kind == .field { fields.append(fieldName(advance())) }
    switch term {
    case .field(let first): return .field(first + fields)
    case .variable(let number, let first): return .variable(number, first + fields)
    case .bool, .string, .number, .null, .dot: throw error("unexpected . after term \(start.summary)", start)
    default: return .chain(term, fields)
    }
  }

  private mutating func term() throws -> Operand? {
    let token = peek
    switch token.kind {
    case .identifier:
      _ = advance()
      return .function(try function(token), offset: token.offset)
    case .keyword where token.word == "nil":
      _ = advance()
      return .null
    case .dot:
      _ = advance()
      return .dot
    case .variable:
      _ = advance()
      guard scope.contains(token.word) else { throw error("undefined variable \"\(token.word)\"", token) }
      return .variable(number(ofVariable: token.word), [])
    case .field:
      _ = advance()
      return .field([fieldName(token)])
    case .bool:
      _ = advance()
      return .bool(token.word == "true")
    case .character, .number:
      _ = advance()
      guard let number = NumberConstant(token) else { throw error("bad number syntax: \(token.summary)", token) }
      return .number(number)
    case .string, .rawString:
      _ = advance()
      return .string(try unquoted(token))
    case .leftParenthesis:
      _ = advance()
      return .pipeline(try pipeline("parenthesized pipeline", to: .rightParenthesis))
    default: return nil
    }
  }

  private func function(_ token: Token) throws -> Function {
    let name = token.word
    if let function = Function.named(name) { return function }
    if Function.leftOut.contains(name) { throw error("function \"\(name)\" is not in this version", token) }
    throw error("function \"\(name)\" not defined", token)
  }

  private mutating func fieldName(_ token: Token) -> FieldName {
    let name = token.text.dropFirst()
    let word = String(decoding: name, as: UTF8.self)
    if let known = numbers[word] { return FieldName(name: Array(name), number: known) }
    numbers[word] = names.count
    names.append(word)
    return FieldName(name: Array(name), number: names.count - 1)
  }

  private func unquoted(_ token: Token) throws -> [UInt8] {
    if token.kind == .rawString { return token.text.dropFirst().dropLast().filter { $0 != 13 } }
    guard let text = Quoting.unquoted(token.text.dropFirst().dropLast(), mark: UInt8(ascii: "\"")) else {
      throw error("invalid syntax in \(token.summary)", token)
    }
    return text
  }

  // MARK: - Words

  private var peek: Token { tokens[min(next, tokens.count - 1)] }

  private mutating func advance() -> Token {
    let token = peek
    next = min(next + 1, tokens.count)
    return token
  }

  private mutating func skipSpace() { if peek.kind == .space { _ = advance() } }

  private func isKeyword(_ word: String, after skipped: Int = 0) -> Bool {
    var place = next + skipped
    if place < tokens.count, tokens[place].kind == .space { place += 1 }
    return place < tokens.count && tokens[place].kind == .keyword && tokens[place].word == word
  }

  private mutating func expect(_ kind: Token.Kind, _ context: String) throws {
    skipSpace()
    let token = advance()
    guard token.kind == kind else { throw unexpected(token, context) }
  }

  private mutating func enter() throws {
    depth += 1
    if depth > Self.maxDepth { throw error("the template is nested too deeply", peek) }
  }

  private func unexpected(_ token: Token, _ context: String) -> TemplateError {
    error("unexpected \(token.summary) in \(context)", token)
  }

  private func error(_ message: String, _ token: Token) -> TemplateError { error(message, at: token.offset) }

  private func error(_ message: String, at offset: Int) -> TemplateError {
    TemplateError(message, at: offset, in: text)
  }
}
