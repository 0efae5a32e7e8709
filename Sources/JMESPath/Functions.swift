internal import GoCompat

// The functions of JMESPath (specification, Built-in Functions). Arguments are checked when a function runs.
extension Evaluator {
  /// What a function may be given.
  private struct Call {
    let evaluator: Evaluator
    let name: String
    let position: Int
    let values: [JSONValue]
    /// By argument; only those written with `&` have one.
    let references: [SyntaxNode?]

    func refused(_ index: Int, _ wanted: String) -> JMESPathError {
      JMESPathError("argument \(index + 1) of \(name)() must be \(wanted)", at: position)
    }

    func number(_ index: Int) throws(JMESPathError) -> Double {
      guard case .number(let value) = values[index] else { throw refused(index, "a number") }
      return value
    }

    func string(_ index: Int) throws(JMESPathError) -> [UInt8] {
      guard case .string(let value) = values[index] else { throw refused(index, "a string") }
      return value
    }

    func array(_ index: Int) throws(JMESPathError) -> [JSONValue] {
      guard let items = evaluator.elements(values[index]) else { throw refused(index, "an array") }
      return items
    }

    func object(_ index: Int) throws(JMESPathError) -> [JSONValue.Member] {
      guard let members = evaluator.members(values[index]) else { throw refused(index, "an object") }
      return members
    }

    func numbers(_ index: Int) throws(JMESPathError) -> [Double] {
      var numbers: [Double] = []
      for item in try array(index) {
        guard case .number(let number) = item else { throw refused(index, "an array of numbers") }
        numbers.append(number)
      }
      return numbers
    }

    func reference(_ index: Int) throws(JMESPathError) -> SyntaxNode {
      guard let reference = references[index] else { throw refused(index, "an expression such as &name") }
      return reference
    }

    /// What `&…` gives for each element.
    func keys(of items: [JSONValue], _ index: Int) throws(JMESPathError) -> [JSONValue] {
      let reference = try reference(index)
      var keys: [JSONValue] = []
      for item in items { keys.append(try evaluator.evaluate(reference, item)) }
      return keys
    }
  }

  /// The numbers of arguments that functions take.
  private static let arity: [String: ClosedRange<Int>] = [
    "abs": 1...1, "avg": 1...1, "ceil": 1...1, "contains": 2...2, "ends_with": 2...2, "floor": 1...1, "join": 2...2,
    "keys": 1...1, "length": 1...1, "map": 2...2, "max": 1...1, "max_by": 2...2, "merge": 1...Int.max, "min": 1...1,
    "min_by": 2...2, "not_null": 1...Int.max, "reverse": 1...1, "sort": 1...1, "sort_by": 2...2, "starts_with": 2...2,
    "sum": 1...1, "to_array": 1...1, "to_number": 1...1, "to_string": 1...1, "type": 1...1, "values": 1...1,
  ]

  func call(_ name: String, _ arguments: [SyntaxNode], _ position: Int, _ current: JSONValue)
    throws(JMESPathError) -> JSONValue
  {
    guard let arity = Self.arity[name] else { throw JMESPathError("there is no function \(name)()", at: position) }
    guard arity.contains(arguments.count) else {
      throw JMESPathError("\(name)() got \(arguments.count) arguments, it takes another number", at: position)
    }
    var values: [JSONValue] = []
    var references: [SyntaxNode?] = []
    for argument in arguments {
      if case .reference(let inner) = argument {
        references.append(inner)
        values.append(.null)
      } else {
        references.append(nil)
        values.append(try evaluate(argument, current))
      }
    }
    let call = Call(evaluator: self, name: name, position: position, values: values, references: references)
    // Only where the specification asks for an expression may there be one.
    let place = ["map": 0, "max_by": 1, "min_by": 1, "sort_by": 1][name]
    for (index, reference) in references.enumerated() where reference != nil && index != place {
      throw call.refused(index, "a value, not an expression")
    }
    return try run(call)
  }

  private func run(_ call: Call) throws(JMESPathError) -> JSONValue {
    switch call.name {
    case "abs": return .number(try call.number(0).magnitude)
    case "ceil": return .number(try call.number(0).rounded(.up))
    case "floor": return .number(try call.number(0).rounded(.down))
    case "sum": return .number(try call.numbers(0).reduce(0, +))
    case "avg":
      let numbers = try call.numbers(0)
      return numbers.isEmpty ? .null : .number(numbers.reduce(0, +) / Double(numbers.count))
    case "contains": return try contains(call)
    case "starts_with": return .bool(try call.string(0).starts(with: call.string(1)))
    case "ends_with": return .bool(try call.string(0).reversed().starts(with: call.string(1).reversed()))
    case "join": return try join(call)
    case "keys": return .array(try call.object(0).map { .string($0.key) })
    case "values": return .array(try call.object(0).map(\.value))
    case "length": return try length(call)
    case "map": return .array(try call.keys(of: call.array(1), 0))
    case "max": return try extreme(call, { $0 > $1 })
    case "min": return try extreme(call, { $0 < $1 })
    case "max_by": return try extremeBy(call, { $0 > $1 })
    case "min_by": return try extremeBy(call, { $0 < $1 })
    case "merge": return try merge(call)
    case "not_null": return call.values.first { if case .null = $0 { false } else { true } } ?? .null
    case "reverse": return try reverse(call)
    case "sort": return try sorted(call, items: call.array(0), keys: call.array(0), place: 0)
    case "sort_by":
      let items = try call.array(0)
      return try sorted(call, items: items, keys: call.keys(of: items, 1), place: 1)
    case "to_array": return elements(call.values[0]) == nil ? .array([call.values[0]]) : call.values[0]
    case "to_number": return toNumber(call.values[0])
    case "to_string":
      if case .string = call.values[0] { return call.values[0] }
      return .string(json(call.values[0]))
    case "type": return .text(type(call.values[0]))
    default: throw JMESPathError("there is no function \(call.name)()", at: call.position)
    }
  }

  private func type(_ value: JSONValue) -> String {
    switch value {
    case .null: "null"
    case .bool: "boolean"
    case .number: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    case .node(let node): document.kind(node) == .array ? "array" : "object"
    }
  }

  private func contains(_ call: Call) throws(JMESPathError) -> JSONValue {
    if case .string(let text) = call.values[0] {
      guard case .string(let part) = call.values[1] else { return .bool(false) }
      return .bool(part.isEmpty || text.firstRange(of: part) != nil)
    }
    guard let items = elements(call.values[0]) else { throw call.refused(0, "a string or an array") }
    return .bool(items.contains { areEqual($0, call.values[1]) })
  }

  private func join(_ call: Call) throws(JMESPathError) -> JSONValue {
    let glue = try call.string(0)
    var parts: [[UInt8]] = []
    for item in try call.array(1) {
      guard case .string(let text) = item else { throw call.refused(1, "an array of strings") }
      parts.append(text)
    }
    return .string(Array(parts.joined(separator: glue)))
  }

  private func length(_ call: Call) throws(JMESPathError) -> JSONValue {
    switch call.values[0] {
    case .string(let bytes): return .number(Double(Self.characters(bytes).count))
    case .array(let items): return .number(Double(items.count))
    case .object(let members): return .number(Double(members.count))
    case .node(let node):
      let count = document.kind(node) == .object ? members(.node(node))?.count : nil
      return .number(Double(count ?? document.count(node)))
    default: throw call.refused(0, "a string, an array or an object")
    }
  }

  /// Code points; each stray byte is one.
  private static func characters(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    bytes.withUnsafeBufferPointer { text in
      var characters: [ArraySlice<UInt8>] = []
      var at = 0
      while at < text.count {
        let length = max(1, UTF8Text.sequenceLength(text, at))
        characters.append(bytes[at..<(at + length)])
        at += length
      }
      return characters
    }
  }

  private func merge(_ call: Call) throws(JMESPathError) -> JSONValue {
    var merged: [JSONValue.Member] = []
    for index in call.values.indices {
      for member in try call.object(index) { Self.set(member.key, member.value, in: &merged) }
    }
    return .object(merged)
  }

  private func reverse(_ call: Call) throws(JMESPathError) -> JSONValue {
    if case .string(let bytes) = call.values[0] { return .string(Self.characters(bytes).reversed().flatMap { $0 }) }
    guard let items = elements(call.values[0]) else { throw call.refused(0, "a string or an array") }
    return .array(items.reversed())
  }

  private func toNumber(_ value: JSONValue) -> JSONValue {
    switch value {
    case .number: return value
    case .string(let bytes):
      return bytes.withUnsafeBufferPointer { GoNumber.parseFloat($0) }.map { .number($0) } ?? .null
    default: return .null
    }
  }

  // MARK: Order

  /// Numbers or strings, all of one kind.
  private enum Keys {
    case numbers([Double])
    case strings([[UInt8]])
  }

  private func keys(_ values: [JSONValue], _ call: Call, _ place: Int) throws(JMESPathError) -> Keys {
    let wanted = place == 0 ? "an array of numbers or of strings" : "an expression that gives numbers or strings"
    guard let first = values.first else { return .numbers([]) }
    if case .number = first {
      let numbers = values.compactMap { if case .number(let number) = $0 { number } else { nil } }
      guard numbers.count == values.count else { throw call.refused(place, wanted) }
      return .numbers(numbers)
    }
    let strings = values.compactMap { if case .string(let text) = $0 { text } else { nil } }
    guard strings.count == values.count else { throw call.refused(place, wanted) }
    return .strings(strings)
  }

  /// Elements with equal keys stay in order.
  private func sorted(_ call: Call, items: [JSONValue], keys values: [JSONValue], place: Int)
    throws(JMESPathError) -> JSONValue
  {
    let order: [Int]
    switch try keys(values, call, place) {
    case .numbers(let numbers):
      order = numbers.indices.sorted { numbers[$0] == numbers[$1] ? $0 < $1 : numbers[$0] < numbers[$1] }
    case .strings(let strings):
      order = strings.indices.sorted {
        strings[$0] == strings[$1] ? $0 < $1 : strings[$0].lexicographicallyPrecedes(strings[$1])
      }
    }
    return .array(order.map { items[$0] })
  }

  private func extreme(_ call: Call, _ isBetter: (Int, Int) -> Bool) throws(JMESPathError) -> JSONValue {
    let items = try call.array(0)
    return best(items, try keys(items, call, 0), isBetter)
  }

  private func extremeBy(_ call: Call, _ isBetter: (Int, Int) -> Bool) throws(JMESPathError) -> JSONValue {
    let items = try call.array(0)
    return best(items, try keys(call.keys(of: items, 1), call, 1), isBetter)
  }

  /// - Parameter isBetter: tells by two numbers which one is wanted.
  private func best(_ items: [JSONValue], _ keys: Keys, _ isBetter: (Int, Int) -> Bool) -> JSONValue {
    guard !items.isEmpty else { return .null }
    var best = 0
    for index in items.indices.dropFirst() {
      let order: Int
      switch keys {
      case .numbers(let numbers): order = numbers[index] < numbers[best] ? -1 : numbers[index] > numbers[best] ? 1 : 0
      case .strings(let strings):
        order =
          strings[index].lexicographicallyPrecedes(strings[best])
          ? -1 : strings[best].lexicographicallyPrecedes(strings[index]) ? 1 : 0
      }
      if isBetter(order, 0) { best = index }
    }
    return items[best]
  }
}
