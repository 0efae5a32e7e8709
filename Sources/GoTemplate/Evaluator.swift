import Bytes
import GoCompat

/// Runs a template.
struct Evaluator {
  private let data: any TemplateData
  private let templates: [[UInt8]: [Node]]
  private let workspace: TemplateWorkspace
  private let budget: Budget
  private var variables: [(number: Int, value: Value)] = []
  /// The line's values, once something asked for all of them; from then on they are looked up here.
  private var gathered: Dict?
  private var depth = 0
  /// Where in the template the error came up.
  private(set) var failedAt: Int?

  /// Of blocks, parentheses and templates calling each other, altogether.
  private static let maxDepth = 400

  private enum Flow { case next, breakLoop, continueLoop }

  init(data: some TemplateData, templates: [[UInt8]: [Node]], workspace: TemplateWorkspace) {
    self.data = data
    self.templates = templates
    self.workspace = workspace
    budget = workspace.budget
  }

  mutating func run(_ nodes: [Node]) throws(TemplateError) {
    variables = [(0, .root)]
    do {
      _ = try walk(nodes, .root)
    } catch let error as TemplateError {
      throw error
    } catch {
      throw TemplateError("\(error)")
    }
  }

  // MARK: - Nodes

  private mutating func walk(_ nodes: [Node], _ dot: Value) throws -> Flow {
    try enter()
    defer { depth -= 1 }
    for node in nodes {
      try budget.spend()
      switch node {
      case .text(let text): try write(text)
      case .action(let pipeline):
        let value = try evaluate(pipeline, dot)
        if pipeline.variables.isEmpty { try write(value) }
      case .branch(let branch):
        let flow = try choose(branch, dot, changesDot: false)
        if flow != .next { return flow }
      case .with(let branch):
        let flow = try choose(branch, dot, changesDot: true)
        if flow != .next { return flow }
      case .range(let branch): try loop(branch, dot)
      case .call(let name, let pipeline, let offset):
        try note(offset) { evaluator in
          guard let nodes = evaluator.templates[name] else {
            throw TemplateError("template \"\(name.string)\" not defined")
          }
          let argument = try pipeline.map { try evaluator.evaluate($0, dot) } ?? .missing
          let outer = evaluator.variables
          evaluator.variables = [(0, argument)]
          defer { evaluator.variables = outer }
          _ = try evaluator.walk(nodes, argument)
        }
      case .breakLoop: return .breakLoop
      case .continueLoop: return .continueLoop
      }
    }
    return .next
  }

  private mutating func choose(_ branch: Branch, _ dot: Value, changesDot: Bool) throws -> Flow {
    let mark = variables.count
    defer { variables.removeLast(variables.count - mark) }
    let value = try evaluate(branch.pipeline, dot)
    if isTrue(value) { return try walk(branch.body, changesDot ? value : dot) }
    return try walk(branch.otherwise, dot)
  }

  private mutating func loop(_ branch: Branch, _ dot: Value) throws {
    let mark = variables.count
    defer { variables.removeLast(variables.count - mark) }
    var pipeline = branch.pipeline
    // The variables are for the elements, not for the whole.
    pipeline.variables = []
    var value = try evaluate(pipeline, dot)
    if case .root = value { value = .dict(try gather()) }
    var isEmpty = true
    switch value {
    case .missing, .null: break
    case .list(let list):
      for (index, element) in list.values.enumerated() {
        isEmpty = false
        if try iterate(branch, .int(index), element) { break }
      }
    case .dict(let dict):
      for key in dict.sortedKeys {
        isEmpty = false
        if try iterate(branch, .string(key), dict.entries[key] ?? .null) { break }
      }
    case .int(let count, let type):
      if branch.pipeline.variables.count > 1 {
        throw TemplateError("can't iterate over a number with more than one variable")
      }
      var index: Int64 = 0
      while index < count {
        isEmpty = false
        if try iterate(branch, .int(index, type), .int(index, type)) { break }
        index += 1
      }
    default: throw TemplateError("range can't iterate over \(Printing.typeName(value))")
    }
    if isEmpty { _ = try walk(branch.otherwise, dot) }
  }

  /// - Returns: whether the loop ends here.
  private mutating func iterate(_ branch: Branch, _ index: Value, _ element: Value) throws -> Bool {
    try budget.spend()
    let mark = variables.count
    defer { variables.removeLast(variables.count - mark) }
    let names = branch.pipeline.variables
    // With two variables, the index comes first.
    let values = names.count > 1 ? [index, element] : [element]
    for (name, value) in zip(names, values) {
      if branch.pipeline.isAssignment { try assign(name, value) } else { variables.append((name, value)) }
    }
    return try walk(branch.body, element) == .breakLoop
  }

  // MARK: - Pipelines

  private mutating func evaluate(_ pipeline: Pipeline, _ dot: Value) throws -> Value {
    try enter()
    defer { depth -= 1 }
    var value: Value?
    for command in pipeline.commands {
      value = try note(command.offset) { evaluator in try evaluator.evaluate(command, dot, final: value) }
    }
    var result = value ?? .missing
    if case .null = result { result = .missing }
    for name in pipeline.variables {
      if pipeline.isAssignment { try assign(name, result) } else { variables.append((name, result)) }
    }
    return result
  }

  private mutating func assign(_ name: Int, _ value: Value) throws {
    guard let place = variables.lastIndex(where: { $0.number == name }) else {
      throw TemplateError("undefined variable")
    }
    variables[place].value = value
  }

  private mutating func evaluate(_ command: Command, _ dot: Value, final: Value?) throws -> Value {
    let arguments = command.operands.dropFirst()
    switch command.operands[0] {
    case .function(let function, _): return try call(function, arguments, dot, final: final)
    case .field(let fields): return try follow(fields, from: dot, arguments, dot, final)
    case .variable(let name, let fields): return try follow(fields, from: variable(name), arguments, dot, final)
    case .chain(let operand, let fields):
      if case .null = operand { throw TemplateError("indirection through explicit nil") }
      return try follow(fields, from: try evaluate(operand, dot), arguments, dot, final)
    case .null: throw TemplateError("nil is not a command")
    case let operand:
      guard arguments.isEmpty, final == nil else { throw TemplateError("can't give argument to non-function") }
      return try evaluate(operand, dot)
    }
  }

  /// An operand that stands for itself.
  private mutating func evaluate(_ operand: Operand, _ dot: Value) throws -> Value {
    try budget.spend()
    switch operand {
    case .dot: return dot
    case .null: return .null
    case .bool(let value): return .bool(value)
    case .string(let text): return .string(text)
    case .number(let number):
      if number.isFloat { return .float(number.float ?? 0) }
      guard let value = number.int else { throw TemplateError("\(number.text) overflows int") }
      return .int(value, .int)
    case .field(let fields): return try follow(fields, from: dot, [], dot, nil)
    case .variable(let name, let fields): return try follow(fields, from: variable(name), [], dot, nil)
    case .function(let function, _): return try call(function, [], dot, final: nil)
    case .pipeline(let pipeline): return try evaluate(pipeline, dot)
    case .chain(let inner, let fields): return try follow(fields, from: try evaluate(inner, dot), [], dot, nil)
    }
  }

  private func variable(_ name: Int) throws -> Value {
    guard let known = variables.last(where: { $0.number == name }) else { throw TemplateError("undefined variable") }
    return known.value
  }

  // MARK: - Fields

  private mutating func follow(
    _ fields: [FieldName], from start: Value, _ arguments: ArraySlice<Operand>, _ dot: Value, _ final: Value?
  ) throws -> Value {
    var value = start
    for (index, field) in fields.enumerated() {
      try budget.spend()
      let isLast = index == fields.count - 1
      var given: [Value] = []
      if isLast {
        for operand in arguments { given.append(try evaluate(operand, dot)) }
        if let final { given.append(final) }
      }
      if case .root = value {
        if !given.isEmpty { throw TemplateError("\(field.name.string) is not a method but has arguments") }
        value = try self.field(field)
      } else {
        value = try Self.field(field.name, of: value, given, budget)
      }
    }
    if fields.isEmpty, !arguments.isEmpty || final != nil { throw TemplateError("can't give argument to non-function") }
    return value
  }

  /// A value of the line.
  private mutating func field(_ field: FieldName) throws -> Value {
    if let gathered { return gathered.entries[field.name] ?? .missing }
    workspace.scratch.removeAll()
    guard data.append(field.number, to: &workspace.scratch) else { return .missing }
    try budget.spend(toRead: workspace.scratch.count)
    return .string(Array(workspace.scratch.bytes))
  }

  private static func field(_ name: [UInt8], of value: Value, _ arguments: [Value], _ budget: Budget) throws -> Value {
    switch value {
    case .missing: return .missing
    case .null: throw TemplateError("nil pointer evaluating interface {}.\(name.string)")
    case .dict(let dict):
      if !arguments.isEmpty { throw TemplateError("\(name.string) is not a method but has arguments") }
      return dict.entries[name] ?? .missing
    default:
      guard let result = try Methods.call(name.string, on: value, arguments, budget) else {
        throw TemplateError("can't evaluate field \(name.string) in type \(Printing.typeName(value))")
      }
      return result
    }
  }

  /// All values of the line as a dictionary, which functions may change.
  private mutating func gather() throws -> Dict {
    if let gathered { return gathered }
    let dict = try budget.dict()
    for name in data.allNames() {
      workspace.scratch.removeAll()
      guard data.append(named: name, to: &workspace.scratch) else { continue }
      dict.entries[Array(name.utf8)] = .string(Array(workspace.scratch.bytes))
    }
    gathered = dict
    return dict
  }

  // MARK: - Calls

  private mutating func call(
    _ function: Function, _ operands: ArraySlice<Operand>, _ dot: Value, final: Value?
  ) throws -> Value {
    try budget.spend()
    let count = operands.count + (final == nil ? 0 : 1)
    let wanted = function.parameters.count
    if count < wanted || function.rest == nil && count > wanted {
      throw TemplateError("wrong number of args for \(function.name): want \(wanted) got \(count)")
    }
    if function.name == "and" || function.name == "or" {
      return try shortCircuit(isAnd: function.name == "and", operands, dot, final)
    }
    var arguments: [Value] = []
    arguments.reserveCapacity(count)
    for (index, operand) in operands.enumerated() {
      let parameter = index < wanted ? function.parameters[index] : function.rest ?? .any
      if case .number(let number) = operand, parameter != .any {
        arguments.append(try constant(number, parameter))
      } else {
        arguments.append(try checked(try evaluate(operand, dot), parameter, isLiteralNil: operand.isNull))
      }
    }
    if let final {
      let index = arguments.count
      arguments.append(try checked(final, index < wanted ? function.parameters[index] : function.rest ?? .any))
    }
    for case .string(let text) in arguments { try budget.spend(toRead: text.count) }
    return try function.body(Call(arguments: arguments, budget: budget))
  }

  /// The first argument that decides the matter; those after it are not worked out.
  private mutating func shortCircuit(
    isAnd: Bool, _ operands: ArraySlice<Operand>, _ dot: Value, _ final: Value?
  ) throws -> Value {
    var value = Value.missing
    for operand in operands {
      value = try evaluate(operand, dot)
      if isTrue(value) != isAnd { return value }
    }
    return final ?? value
  }

  /// A number takes the type that is wanted.
  private func constant(_ number: NumberConstant, _ parameter: Function.Parameter) throws -> Value {
    switch parameter {
    case .int, .int64:
      if let value = number.int { return .int(value, parameter == .int ? .int : .int64) }
      throw TemplateError("expected integer; found \(number.text)")
    case .float: return .float(number.float ?? 0)
    default: throw TemplateError("expected \(parameter.name); found \(number.text)")
    }
  }

  private mutating func checked(
    _ value: Value, _ parameter: Function.Parameter, isLiteralNil: Bool = false
  ) throws -> Value {
    switch (parameter, value) {
    case (.any, .root), (.dict, .root): return .dict(try gather())
    case (.any, .missing): return .null
    case (.any, _), (.string, .string), (.int, .int(_, .int)), (.int64, .int(_, .int64)), (.float, .float),
      (.bool, .bool),
      (.time, .time):
      return value
    case (.dict, .dict(let dict)) where !dict.isOfText: return value
    case (.dict, .missing), (.dict, .null): return .dict(try budget.dict())
    case (_, .missing), (_, .null):
      throw TemplateError(
        isLiteralNil ? "cannot assign nil to \(parameter.name)" : "invalid value; expected \(parameter.name)")
    default:
      throw TemplateError(
        "wrong type for value; expected \(parameter.name); got \(Printing.typeName(value))")
    }
  }

  // MARK: - Output and limits

  private func isTrue(_ value: Value) -> Bool {
    if case .root = value { true } else { Truth.of(value) }
  }

  private func write(_ text: [UInt8]) throws {
    workspace.output.append(text)
    try checkOutput()
  }

  private mutating func write(_ value: Value) throws {
    switch value {
    case .missing, .null: workspace.output.append("<no value>" as StaticString)
    case .string(let text): workspace.output.append(text)
    case .root: try Printing.append(.dict(try gather()), budget, to: &workspace.output)
    default: try Printing.append(value, budget, to: &workspace.output)
    }
    try checkOutput()
  }

  private func checkOutput() throws {
    if workspace.output.count > Budget.outputBytes { throw TemplateError("the template writes too much") }
  }

  private mutating func enter() throws {
    depth += 1
    if depth > Self.maxDepth { throw TemplateError("templates call each other too deeply") }
  }

  /// Remembers where the first error came up.
  private mutating func note<Result>(_ offset: Int, _ body: (inout Self) throws -> Result) throws -> Result {
    do {
      return try body(&self)
    } catch {
      if failedAt == nil { failedAt = offset }
      throw error
    }
  }
}

extension Operand {
  fileprivate var isNull: Bool {
    if case .null = self { true } else { false }
  }
}

extension Function.Parameter {
  /// In Go.
  var name: String {
    switch self {
    case .any: "interface {}"
    case .string: "string"
    case .int: "int"
    case .int64: "int64"
    case .float: "float64"
    case .bool: "bool"
    case .dict: "map[string]interface {}"
    case .time: "time.Time"
    }
  }
}
