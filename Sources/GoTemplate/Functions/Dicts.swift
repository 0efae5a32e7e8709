import GoCompat

extension Function {
  static let dicts: [Function] =
    [
      Function("dict", rest: .any) { call in
        let dict = try call.budget.dict()
        for index in stride(from: 0, to: call.count, by: 2) {
          dict.entries[try call.printed(index)] = index + 1 < call.count ? call[index + 1] : .text("")
        }
        return .dict(dict)
      },
      Function("get", [.dict, .string]) { try $0.dict(0).entries[$0.bytes(1)] ?? .text("") },
      Function("set", [.dict, .string, .any]) { call in
        try call.dict(0).entries[call.bytes(1)] = call[2]
        return call[0]
      },
      Function("unset", [.dict, .string]) { call in
        try call.dict(0).entries[call.bytes(1)] = nil
        return call[0]
      },
      Function("hasKey", [.dict, .string]) { .bool(try $0.dict(0).entries[$0.bytes(1)] != nil) },
      Function("keys", rest: .dict) { call in
        try call.budget.strings(try call.arguments.indices.flatMap { try call.dict($0).sortedKeys })
      },
      Function("values", [.dict]) { call in
        let dict = try call.dict(0)
        return try call.budget.list(dict.sortedKeys.map { dict.entries[$0] ?? .null })
      },
      Function("pluck", [.string], rest: .dict) { call in
        try call.budget.list(try (1..<call.count).compactMap { try call.dict($0).entries[call.bytes(0)] })
      },
      Function("pick", [.dict], rest: .string) { call in
        let picked = try call.budget.dict()
        for index in 1..<call.count { picked.entries[call.bytes(index)] = try call.dict(0).entries[call.bytes(index)] }
        return .dict(picked)
      },
      Function("omit", [.dict], rest: .string) { call in
        let rest = try call.budget.dict()
        rest.entries = try call.dict(0).entries
        try call.budget.spend(steps: rest.entries.count)
        for index in 1..<call.count { rest.entries[call.bytes(index)] = nil }
        return .dict(rest)
      },
      Function("dig", rest: .any) { try dig($0) },
    ]
    + Function("deepCopy", [.any]) { try copy($0[0], $0.budget) }.alias("mustDeepCopy")
    + Function("merge", [.dict], rest: .dict) { try merge($0, overwrites: false) }.alias("mustMerge")
    + Function("mergeOverwrite", [.dict], rest: .dict) { try merge($0, overwrites: true) }.alias("mustMergeOverwrite")

  /// Follows keys into dictionaries within dictionaries; the last two arguments are the default and where to begin.
  private static func dig(_ call: Call) throws -> Value {
    guard call.count >= 3, case .dict(var dict) = call[call.count - 1] else {
      throw TemplateError("dig needs at least three arguments, the last a dictionary")
    }
    let fallback = call[call.count - 2]
    let keys = call.arguments.dropLast(2)
    for (index, key) in keys.enumerated() {
      guard case .string(let name) = key else { throw TemplateError("dig's keys must be text") }
      guard let value = dict.entries[name] else { return fallback }
      if index == keys.count - 1 { return value }
      guard case .dict(let inner) = value else { throw TemplateError("dig meets no dictionary at \(name.string)") }
      dict = inner
    }
    return fallback
  }

  private static func copy(_ value: Value, _ budget: Budget, depth: Int = 0) throws -> Value {
    try budget.spend()
    guard depth < Budget.depth else { throw TemplateError("values are nested too deeply") }
    switch value {
    case .list(let list):
      return try budget.list(try list.values.map { try copy($0, budget, depth: depth + 1) }, list.elements)
    case .dict(let dict):
      let made = try budget.dict(isOfText: dict.isOfText)
      for (key, value) in dict.entries { made.entries[key] = try copy(value, budget, depth: depth + 1) }
      return .dict(made)
    default: return value
    }
  }

  private static func merge(_ call: Call, overwrites: Bool) throws -> Value {
    for index in 1..<max(1, call.count) {
      try merge(try call.dict(index), into: try call.dict(0), overwrites: overwrites, call.budget)
    }
    return call[0]
  }

  /// What is empty on the one side counts as not there.
  private static func merge(
    _ source: Dict, into target: Dict, overwrites: Bool, _ budget: Budget, depth: Int = 0
  ) throws {
    guard depth < Budget.depth else { throw TemplateError("values are nested too deeply") }
    for (key, value) in source.entries {
      try budget.spend()
      guard let known = target.entries[key] else {
        target.entries[key] = value
        continue
      }
      if case .dict(let inner) = value, case .dict(let outer) = known, inner !== outer {
        try merge(inner, into: outer, overwrites: overwrites, budget, depth: depth + 1)
      } else if overwrites ? !isEmpty(value) : isEmpty(known) {
        target.entries[key] = value
      }
    }
  }
}
