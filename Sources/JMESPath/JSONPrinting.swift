public import Bytes
internal import GoCompat

extension JSONDocument {
  /// Appends a value as the json stage extracts it: strings as they are, numbers as plain decimals, structures as JSON.
  /// - Returns: `false` for null, which has no text.
  @discardableResult
  public func appendText(_ node: JSONNode, to out: inout ByteBuffer) -> Bool {
    switch kind(node) {
    case .null: return false
    case .false: out.append("false" as StaticString)
    case .true: out.append("true" as StaticString)
    case .number: GoNumber.appendPlain(number(node), to: &out)
    case .string: appendString(node, to: &out)
    case .array, .object: appendJSON(node, to: &out)
    }
    return true
  }

  /// As for a node of the document.
  @discardableResult
  public func appendText(_ value: JSONValue, to out: inout ByteBuffer) -> Bool {
    switch value {
    case .null: return false
    case .string(let bytes): out.append(bytes)
    case .number(let number): GoNumber.appendPlain(number, to: &out)
    case .node(let node): return appendText(node, to: &out)
    case .bool, .array, .object: appendJSON(value, to: &out)
    }
    return true
  }

  /// Appends a value as compact JSON. Walks the tape: depth costs no stack.
  public func appendJSON(_ node: JSONNode, to out: inout ByteBuffer) {
    struct Container {
      var end: Int
      var isObject: Bool
      var isFirst = true
      var repeated: Set<Int>
    }
    var open: [Container] = []
    var at = node.index
    let end = Int(tape[node.index].next)
    while true {
      while let container = open.last, at == container.end {
        out.append(container.isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"))
        open.removeLast()
      }
      if at >= end { return }
      if let container = open.last {
        if container.isObject, container.repeated.contains(at) {
          at = Int(tape[at + 1].next)
          continue
        }
        if !container.isFirst { out.append(UInt8(ascii: ",")) }
        open[open.count - 1].isFirst = false
        if container.isObject {
          JSONString.appendQuoted(string(JSONNode(index: at)), to: &out)
          out.append(UInt8(ascii: ":"))
          at += 1
        }
      }
      let entry = tape[at]
      switch entry.kind {
      case .object, .array:
        let isObject = entry.kind == .object
        out.append(isObject ? UInt8(ascii: "{") : UInt8(ascii: "["))
        let repeated = isObject && entry.count > 1 ? repeatedKeys(of: JSONNode(index: at)) : []
        open.append(Container(end: Int(entry.next), isObject: isObject, repeated: repeated))
        at += 1
      default:
        appendScalar(JSONNode(index: at), to: &out)
        at += 1
      }
    }
  }

  private func appendScalar(_ node: JSONNode, to out: inout ByteBuffer) {
    switch kind(node) {
    case .string: JSONString.appendQuoted(string(node), to: &out)
    case .number: GoNumber.appendJSON(number(node), to: &out)
    case .true: out.append("true" as StaticString)
    case .false: out.append("false" as StaticString)
    default: out.append("null" as StaticString)
    }
  }

  /// As for a node of the document. Values that expressions make are only as deep as the expression.
  public func appendJSON(_ value: JSONValue, to out: inout ByteBuffer) {
    switch value {
    case .null: out.append("null" as StaticString)
    case .bool(let bool): out.append(bool ? "true" : "false" as StaticString)
    case .number(let number): GoNumber.appendJSON(number, to: &out)
    case .string(let bytes): bytes.withUnsafeBufferPointer { JSONString.appendQuoted($0, to: &out) }
    case .node(let node): appendJSON(node, to: &out)
    case .array(let items):
      out.append(UInt8(ascii: "["))
      for (index, item) in items.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        appendJSON(item, to: &out)
      }
      out.append(UInt8(ascii: "]"))
    case .object(let members):
      out.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { out.append(UInt8(ascii: ",")) }
        member.key.withUnsafeBufferPointer { JSONString.appendQuoted($0, to: &out) }
        out.append(UInt8(ascii: ":"))
        appendJSON(member.value, to: &out)
      }
      out.append(UInt8(ascii: "}"))
    }
  }
}
