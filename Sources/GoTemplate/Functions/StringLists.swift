import GoCompat

// Lists of texts.
extension Function {
  static let stringLists: [Function] = [
    Function("splitList", [.string, .string]) { call in
      try call.budget.strings(try Texts.split(call.bytes(1), call.bytes(0), call.budget))
    },
    Function("split", [.string, .string]) {
      try parts(try Texts.split($0.bytes(1), $0.bytes(0), $0.budget), $0.budget)
    },
    Function("splitn", [.string, .int, .string]) { call in
      try parts(try Texts.split(call.bytes(2), call.bytes(0), limit: call.int(1), call.budget), call.budget)
    },
    Function("join", [.string, .any]) { call in
      .string(try Texts.joined(try texts(call[1], call.budget), call.bytes(0), call.budget))
    },
    Function("sortAlpha", [.any]) { call in
      guard case .list = call[0] else { return try call.budget.strings([try call.printed(0)]) }
      let sorted = try texts(call[0], call.budget).sorted { $0.lexicographicallyPrecedes($1) }
      return try call.budget.strings(sorted)
    },
    Function("toStrings", [.any]) { try $0.budget.strings(try texts($0[0], $0.budget)) },
  ]

  /// What is not nil, as text; a single value counts as a list of one.
  static func texts(_ value: Value, _ budget: Budget) throws -> [[UInt8]] {
    switch value {
    case .missing, .null: return []
    case .list(let list): return try list.values.filter { !$0.isNil }.map { try Printing.text($0, budget) }
    default: return [try Printing.text(value, budget)]
    }
  }

  /// `_0`, `_1` …
  private static func parts(_ parts: [[UInt8]], _ budget: Budget) throws -> Value {
    let dict = try budget.dict(isOfText: true)
    for (index, part) in parts.enumerated() {
      try budget.spend()
      dict.entries[Array("_\(index)".utf8)] = .string(part)
    }
    return .dict(dict)
  }
}
