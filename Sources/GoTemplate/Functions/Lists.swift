import GoCompat

extension Function {
  static let lists: [Function] =
    (Function("list", rest: .any) { try $0.budget.list($0.arguments) }.alias("tuple"))
    + Function("first", [.any]) { try list($0, "first").first ?? .null }.alias("mustFirst")
    + Function("last", [.any]) { try list($0, "last").last ?? .null }.alias("mustLast")
    + Function("rest", [.any]) { try like($0, try list($0, "rest").dropFirst()) }.alias("mustRest")
    + Function("initial", [.any]) { try like($0, try list($0, "initial").dropLast()) }.alias("mustInitial")
    + Function("append", [.any, .any]) { try $0.budget.list(try list($0, "push") + [$0[1]]) }
    .alias("push", "mustAppend", "mustPush")
    + Function("prepend", [.any, .any]) { try $0.budget.list([$0[1]] + (try list($0, "prepend"))) }.alias("mustPrepend")
    + Function("reverse", [.any]) { try like($0, try list($0, "reverse").reversed()[...]) }.alias("mustReverse")
    + Function("compact", [.any]) { try $0.budget.list(try list($0, "compact").filter { !isEmpty($0) }) }
    .alias("mustCompact")
    + Function("uniq", [.any]) { call in
      var unique: [Value] = []
      for value in try list(call, "uniq") where try !contains(unique, value, call.budget) { unique.append(value) }
      return try call.budget.list(unique)
    }.alias("mustUniq")
    + Function("without", [.any], rest: .any) { call in
      let omitted = Array(call.arguments.dropFirst())
      return try call.budget.list(try list(call, "without").filter { try !contains(omitted, $0, call.budget) })
    }.alias("mustWithout")
    + Function("has", [.any, .any]) { call in
      if call[1].isNil { return .bool(false) }
      guard case .list(let list) = call[1] else { throw wrongType(call[1], "has") }
      return .bool(try contains(list.values, call[0], call.budget))
    }.alias("mustHas")
    + Function("slice", [.any], rest: .any) { call in
      let values = try list(call, "slice")
      if values.isEmpty { return .null }
      let start = call.count > 1 ? Int(Numbers.int64(call[1])) : 0
      let end = call.count > 2 ? Int(Numbers.int64(call[2])) : values.count
      guard start >= 0, start <= end, end <= values.count else { throw TemplateError("slice bounds out of range") }
      return try like(call, values[start..<end])
    }.alias("mustSlice")
    + Function("chunk", [.int, .any]) { call in
      guard case .list(let list) = call[1] else { throw wrongType(call[1], "chunk") }
      let size = call.int(0)
      if list.values.isEmpty { return try call.budget.list([], .lists) }
      if size <= 0 { throw TemplateError("integer divide by zero") }
      var chunks: [Value] = []
      var start = 0
      while start < list.values.count {
        let end = min(start + min(size, list.values.count), list.values.count)
        chunks.append(try call.budget.list(Array(list.values[start..<end])))
        start = end
      }
      return try call.budget.list(chunks, .lists)
    }.alias("mustChunk")
    + [
      Function("concat", rest: .any) { call in
        var all: [Value] = []
        for value in call.arguments {
          guard case .list(let list) = value else { throw wrongType(value, "concat") }
          try call.budget.spend(steps: list.values.count)
          all += list.values
        }
        return try call.budget.list(all)
      }
    ]

  private static func list(_ call: Call, _ name: String) throws -> [Value] {
    guard case .list(let list) = call[0] else { throw wrongType(call[0], name) }
    return list.values
  }

  private static func wrongType(_ value: Value, _ name: String) -> TemplateError {
    TemplateError("cannot \(name) on type \(Printing.kindName(value))")
  }

  /// A part of the first argument. `slice` keeps its type, and the others give lists of anything.
  private static func like(_ call: Call, _ values: ArraySlice<Value>) throws -> Value {
    try call.budget.list(Array(values))
  }

  private static func contains(_ values: [Value], _ value: Value, _ budget: Budget) throws -> Bool {
    try values.contains { try Comparison.isDeeplyEqual($0, value, budget) }
  }
}
