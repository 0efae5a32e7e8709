/// A template, parsed.
indirect enum Node: Sendable {
  case text([UInt8])
  case action(Pipeline)
  case branch(Branch)
  case range(Branch)
  case with(Branch)
  /// `template`, and the use of a `block`.
  case call(name: [UInt8], Pipeline?, offset: Int)
  case breakLoop
  case continueLoop
}

struct Branch: Sendable {
  var pipeline: Pipeline
  var body: [Node]
  var otherwise: [Node]
  var offset: Int
}

struct Pipeline: Sendable {
  var commands: [Command]
  /// Variables it sets.
  var variables: [Int] = []
  /// `=` instead of `:=`
  var isAssignment = false
  var offset: Int
}

struct Command: Sendable {
  var operands: [Operand]
  var offset: Int
}

/// The name of a field. When the dot is the line's values, `number` says which is meant.
struct FieldName: Sendable {
  var name: [UInt8]
  var number: Int
}

indirect enum Operand: Sendable {
  case dot
  case null
  case bool(Bool)
  case number(NumberConstant)
  case string([UInt8])
  case field([FieldName])
  case variable(Int, [FieldName])
  case function(Function, offset: Int)
  case pipeline(Pipeline)
  case chain(Operand, [FieldName])
}

/// A number as it is written: what it is, is decided by where it goes.
struct NumberConstant: Sendable {
  var text: String
  /// nil when it is no whole number or too large.
  var int: Int64?
  var float: Double?
  /// Written with a dot or an exponent.
  var isFloat: Bool
}
