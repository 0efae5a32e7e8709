internal import Bytes

extension Expression {
  /// Applies the expression to a document's root.
  /// - Throws: what fails only now: a function that does not exist, or gets what it cannot take.
  public func evaluate(on document: JSONDocument) throws(JMESPathError) -> JSONValue {
    let evaluator = Evaluator(document: document)
    return try evaluator.evaluate(root, evaluator.value(.root))
  }
}

extension Expression {
  /// Applies the expression to a value of its own.
  /// - Throws: what fails only now: a function that does not exist, or gets what it cannot take.
  public func evaluate(on value: JSONValue) throws(JMESPathError) -> JSONValue {
    try Evaluator(document: JSONDocument()).evaluate(root, value)
  }
}

/// Walks an expression's tree. Where a value is of another kind than expected, the result is null (JMESPath
/// specification).
struct Evaluator {
  let document: JSONDocument

  /// A node of the document; scalars become values at once.
  func value(_ node: JSONNode) -> JSONValue {
    switch document.kind(node) {
    case .null: .null
    case .true: .bool(true)
    case .false: .bool(false)
    case .number: .number(document.number(node))
    case .string: .string(Array(document.string(node)))
    case .array, .object: .node(node)
    }
  }

  func evaluate(_ node: SyntaxNode, _ current: JSONValue) throws(JMESPathError) -> JSONValue {
    switch node {
    case .current: return current
    case .field(let name): return field(name, of: current)
    case .literal(let value): return value
    case .chain(let first, let second): return try evaluate(second, evaluate(first, current))
    case .index(let index): return element(index, of: current)
    case .slice(let start, let stop, let step):
      return elements(current).map { .array(Self.slice($0, start, stop, step ?? 1)) } ?? .null
    case .listProjection(let source, let right):
      return try project(elements(evaluate(source, current)), right)
    case .valueProjection(let source, let right):
      return try project(members(evaluate(source, current))?.map(\.value), right)
    case .filterProjection(let source, let condition, let right):
      guard let items = elements(try evaluate(source, current)) else { return .null }
      var kept: [JSONValue] = []
      for item in items where isTrue(try evaluate(condition, item)) { kept.append(item) }
      return try project(kept, right)
    case .flatten(let source):
      guard let items = elements(try evaluate(source, current)) else { return .null }
      return .array(items.flatMap { elements($0) ?? [$0] })
    case .multiSelectList(let items):
      if case .null = current { return .null }
      var values: [JSONValue] = []
      for item in items { values.append(try evaluate(item, current)) }
      return .array(values)
    case .multiSelectHash(let items):
      if case .null = current { return .null }
      var values: [JSONValue.Member] = []
      for (key, item) in items { Self.set(Array(key.utf8), try evaluate(item, current), in: &values) }
      return .object(values)
    case .comparison(let comparator, let left, let right):
      return compare(comparator, try evaluate(left, current), try evaluate(right, current))
    case .or(let left, let right):
      let value = try evaluate(left, current)
      return isTrue(value) ? value : try evaluate(right, current)
    case .and(let left, let right):
      let value = try evaluate(left, current)
      return isTrue(value) ? try evaluate(right, current) : value
    case .not(let inner): return .bool(!isTrue(try evaluate(inner, current)))
    case .function(let name, let arguments, let position):
      return try call(name, arguments, position, current)
    case .reference: return .null
    }
  }

  /// Replaces the value of a key, or appends it.
  static func set(_ key: [UInt8], _ value: JSONValue, in members: inout [JSONValue.Member]) {
    if let place = members.firstIndex(where: { $0.key == key }) {
      members[place].value = value
    } else {
      members.append(JSONValue.Member(key: key, value: value))
    }
  }

  // MARK: Parts of a value

  func field(_ name: String, of value: JSONValue) -> JSONValue {
    switch value {
    case .node(let node):
      var name = name
      return name.withUTF8 { document.field($0, of: node) }.map(self.value) ?? .null
    case .object(let members): return members.first { $0.key.elementsEqual(name.utf8) }?.value ?? .null
    default: return .null
    }
  }

  private func element(_ index: Int, of value: JSONValue) -> JSONValue {
    guard let items = elements(value) else { return .null }
    let place = index < 0 ? index + items.count : index
    return items.indices.contains(place) ? items[place] : .null
  }

  /// The elements if the value is an array.
  func elements(_ value: JSONValue) -> [JSONValue]? {
    switch value {
    case .array(let items): return items
    case .node(let node) where document.kind(node) == .array:
      var items: [JSONValue] = []
      items.reserveCapacity(document.count(node))
      document.forEachElement(of: node) { items.append(self.value($0)) }
      return items
    default: return nil
    }
  }

  /// The members if the value is an object.
  func members(_ value: JSONValue) -> [JSONValue.Member]? {
    switch value {
    case .object(let members): return members
    case .node(let node) where document.kind(node) == .object:
      var members: [JSONValue.Member] = []
      document.forEachMember(of: node) { key, value in
        members.append(JSONValue.Member(key: Array(document.string(key)), value: self.value(value)))
      }
      return members
    default: return nil
    }
  }

  private func project(_ items: [JSONValue]?, _ right: SyntaxNode) throws(JMESPathError) -> JSONValue {
    guard let items else { return .null }
    var results: [JSONValue] = []
    for item in items {
      let result = try evaluate(right, item)
      if case .null = result { continue }
      results.append(result)
    }
    return .array(results)
  }

  private static func slice(_ items: [JSONValue], _ start: Int?, _ stop: Int?, _ step: Int) -> [JSONValue] {
    let count = items.count
    func bounded(_ place: Int?, _ missing: Int) -> Int {
      guard let place else { return missing }
      let fromFront = place < 0 ? place + count : place
      return step > 0 ? min(max(fromFront, 0), count) : min(max(fromFront, -1), count - 1)
    }
    // A negative step begins at the end and stops before the first.
    let first = bounded(start, step > 0 ? 0 : count - 1)
    let end = bounded(stop, step > 0 ? count : -1)
    // A step beyond the list takes one element; larger ones would overflow.
    let step = min(max(step, -count - 1), count + 1)
    return stride(from: first, to: end, by: step).map { items[$0] }
  }

  // MARK: Truth and comparison

  /// False are null, false, and empty strings, arrays and objects.
  func isTrue(_ value: JSONValue) -> Bool {
    switch value {
    case .null: false
    case .bool(let bool): bool
    case .number: true
    case .string(let bytes): !bytes.isEmpty
    case .array(let items): !items.isEmpty
    case .object(let members): !members.isEmpty
    case .node(let node): document.count(node) > 0
    }
  }

  private func compare(_ comparator: SyntaxNode.Comparator, _ left: JSONValue, _ right: JSONValue) -> JSONValue {
    switch comparator {
    case .equal: return .bool(areEqual(left, right))
    case .notEqual: return .bool(!areEqual(left, right))
    default: break
    }
    // Order is for numbers only.
    guard case .number(let left) = left, case .number(let right) = right else { return .null }
    switch comparator {
    case .less: return .bool(left < right)
    case .lessOrEqual: return .bool(left <= right)
    case .greater: return .bool(left > right)
    default: return .bool(left >= right)
    }
  }

  /// Structures deeper than this are compared by their text, which costs no stack.
  private static let maxComparisonDepth = 100

  func areEqual(_ left: JSONValue, _ right: JSONValue, depth: Int = 0) -> Bool {
    switch (left, right) {
    case (.null, .null): return true
    case (.bool(let left), .bool(let right)): return left == right
    case (.number(let left), .number(let right)): return left == right
    case (.string(let left), .string(let right)): return left == right
    default: break
    }
    if depth > Self.maxComparisonDepth { return json(left) == json(right) }
    if let left = elements(left), let right = elements(right) {
      return left.count == right.count && zip(left, right).allSatisfy { areEqual($0, $1, depth: depth + 1) }
    }
    if let left = members(left), let right = members(right) {
      guard left.count == right.count else { return false }
      let byKey = Dictionary(right.map { ($0.key, $0.value) }) { $1 }
      return left.allSatisfy { member in byKey[member.key].map { areEqual(member.value, $0, depth: depth + 1) } ?? false
      }
    }
    return false
  }

  func json(_ value: JSONValue) -> [UInt8] {
    var out = ByteBuffer(capacity: 128)
    document.appendJSON(value, to: &out)
    return Array(out.bytes)
  }
}
