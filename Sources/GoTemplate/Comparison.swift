import GoCompat

/// Whether a value counts as true (text/template, Actions).
enum Truth {
  static func of(_ value: Value) -> Bool {
    switch value {
    case .missing, .null: false
    case .bool(let value): value
    case .int(let value, _): value != 0
    case .float(let value): value != 0
    case .string(let text): !text.isEmpty
    case .list(let list): !list.values.isEmpty
    case .dict(let dict): !dict.entries.isEmpty
    case .duration(let duration): duration.nanoseconds != 0
    case .time, .version, .root: true
    }
  }
}

/// The comparisons of text/template and of sprig.
enum Comparison {
  private enum Kind { case bool, int, uint, float, string, other }

  private static func kind(_ value: Value) -> Kind {
    switch value {
    case .bool: .bool
    case .int(_, let type): type.isUnsigned ? .uint : .int
    case .duration: .int
    case .float: .float
    case .string: .string
    default: .other
    }
  }

  private static func integer(_ value: Value) -> Int64 {
    switch value {
    case .int(let value, _): value
    case .duration(let duration): duration.nanoseconds
    default: 0
    }
  }

  private static func incompatible(_ a: Value, _ b: Value) -> TemplateError {
    TemplateError("incompatible types for comparison: \(Printing.typeName(a)) and \(Printing.typeName(b))")
  }

  static func isEqual(_ a: Value, _ b: Value) throws -> Bool {
    if a.isNil || b.isNil { return a.isNil && b.isNil }
    switch (a, b) {
    case (.bool(let a), .bool(let b)): return a == b
    case (.float(let a), .float(let b)): return a == b
    case (.string(let a), .string(let b)): return a == b
    case (.time(let a), .time(let b)): return a == b
    case (.version(let a), .version(let b)): return a == b
    default: break
    }
    let kinds = (kind(a), kind(b))
    switch kinds {
    case (.int, .int), (.uint, .uint), (.int, .uint), (.uint, .int):
      let (x, y) = (integer(a), integer(b))
      // A negative number equals no unsigned one.
      if kinds.0 != kinds.1, x < 0 || y < 0 { return false }
      return x == y
    case (.other, .other): throw TemplateError("uncomparable type \(Printing.typeName(a))")
    default: throw incompatible(a, b)
    }
  }

  static func isLess(_ a: Value, _ b: Value) throws -> Bool {
    switch (a, b) {
    case (.float(let a), .float(let b)): return a < b
    case (.string(let a), .string(let b)): return a.lexicographicallyPrecedes(b)
    default: break
    }
    switch (kind(a), kind(b)) {
    case (.int, .int): return integer(a) < integer(b)
    case (.uint, .uint): return UInt64(bitPattern: integer(a)) < UInt64(bitPattern: integer(b))
    case (.int, .uint): return integer(a) < 0 || UInt64(bitPattern: integer(a)) < UInt64(bitPattern: integer(b))
    case (.uint, .int): return integer(b) >= 0 && UInt64(bitPattern: integer(a)) < UInt64(bitPattern: integer(b))
    case (.other, _), (_, .other), (.bool, .bool): throw TemplateError("invalid type for comparison")
    default: throw incompatible(a, b)
    }
  }

  /// Go's reflect.DeepEqual: types count too.
  static func isDeeplyEqual(_ a: Value, _ b: Value, _ budget: Budget, depth: Int = 0) throws -> Bool {
    try budget.spend()
    guard depth < Budget.depth else { throw TemplateError("values are nested too deeply") }
    if a.isNil || b.isNil { return a.isNil && b.isNil }
    switch (a, b) {
    case (.int(let a, let type), .int(let b, let other)): return a == b && type == other
    case (.bool(let a), .bool(let b)): return a == b
    case (.float(let a), .float(let b)): return a == b
    case (.string(let a), .string(let b)): return a == b
    case (.time(let a), .time(let b)): return a == b
    case (.duration(let a), .duration(let b)): return a == b
    case (.version(let a), .version(let b)): return a == b
    case (.list(let a), .list(let b)):
      guard a.elements == b.elements, a.values.count == b.values.count else { return false }
      for (x, y) in zip(a.values, b.values) where try !isDeeplyEqual(x, y, budget, depth: depth + 1) { return false }
      return true
    case (.dict(let a), .dict(let b)):
      guard a.isOfText == b.isOfText, a.entries.count == b.entries.count else { return false }
      for (key, value) in a.entries {
        guard let other = b.entries[key], try isDeeplyEqual(value, other, budget, depth: depth + 1) else {
          return false
        }
      }
      return true
    default: return false
    }
  }
}

extension Function {
  static let comparing: [Function] = [
    Function("eq", [.any], rest: .any) { call in
      if call.count < 2 { throw TemplateError("missing argument for comparison") }
      for index in 1..<call.count where try Comparison.isEqual(call[0], call[index]) { return .bool(true) }
      return .bool(false)
    },
    Function("ne", [.any, .any]) { .bool(try !Comparison.isEqual($0[0], $0[1])) },
    Function("lt", [.any, .any]) { .bool(try Comparison.isLess($0[0], $0[1])) },
    Function("le", [.any, .any]) { call in
      .bool(try Comparison.isLess(call[0], call[1]) || Comparison.isEqual(call[0], call[1]))
    },
    Function("gt", [.any, .any]) { call in
      .bool(try !Comparison.isLess(call[0], call[1]) && !Comparison.isEqual(call[0], call[1]))
    },
    Function("ge", [.any, .any]) { .bool(try !Comparison.isLess($0[0], $0[1])) },
    // `and` and `or` are worked out by the evaluator, which stops at the argument that decides.
    Function("and", [.any], rest: .any) { $0[$0.count - 1] },
    Function("or", [.any], rest: .any) { $0[$0.count - 1] },
    Function("not", [.any]) { .bool(!Truth.of($0[0])) },
    Function("deepEqual", [.any, .any]) { .bool(try Comparison.isDeeplyEqual($0[0], $0[1], $0.budget)) },
  ]
}
