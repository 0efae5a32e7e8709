/// JSON within an expression, as a value of its own.
enum LiteralValue {
  /// Deeper literals would cost too much stack.
  private static let maxDepth = 100

  static func parse(_ text: [UInt8]) -> JSONValue? {
    let document = JSONDocument()
    return text.withUnsafeBufferPointer { bytes in
      document.parse(bytes) ? value(.root, document, depth: 0) : nil
    }
  }

  private static func value(_ node: JSONNode, _ document: JSONDocument, depth: Int) -> JSONValue? {
    guard depth < maxDepth else { return nil }
    switch document.kind(node) {
    case .null: return .null
    case .true: return .bool(true)
    case .false: return .bool(false)
    case .number: return .number(document.number(node))
    case .string: return .string(Array(document.string(node)))
    case .array:
      var items: [JSONValue?] = []
      document.forEachElement(of: node) { items.append(value($0, document, depth: depth + 1)) }
      let complete = items.compactMap { $0 }
      return complete.count == items.count ? .array(complete) : nil
    case .object:
      var members: [JSONValue.Member?] = []
      document.forEachMember(of: node) { key, inner in
        let key = Array(document.string(key))
        members.append(value(inner, document, depth: depth + 1).map { JSONValue.Member(key: key, value: $0) })
      }
      let complete = members.compactMap { $0 }
      return complete.count == members.count ? .object(complete) : nil
    }
  }
}
