import Bytes
import JMESPath

/// `json`: fields of a JSON object become extracted values; also what `docker` stands for.
struct CompiledJSON: ~Copyable, Sendable {
  /// An expression that is more than a path.
  struct Extraction: Sendable {
    var slot: Int
    var expression: Expression
  }
  /// Paths of field names, looked up in the parsed text; null where one leads nowhere.
  var fields: FieldTable
  /// By the number of the path.
  var fieldSlots: [Int]
  var expressions: [Extraction]
  /// nil: the line.
  var source: Int?
  var dropsMalformed: Bool
}

extension LineContext {
  mutating func run(_ stage: borrowing CompiledJSON, _ document: JSONDocument) {
    var input = line
    if let source = stage.source {
      guard let value = text(slots[source]) else { return }
      input = value
    }
    // The document refers to the bytes it was read from, and writing may move those that a stage made.
    if input.source == .made {
      let copy = Array(bytes(input))
      copy.withUnsafeBufferPointer { extract(stage, $0, nil, document) }
    } else {
      extract(stage, bytes(input), input, document)
    }
  }

  /// - Parameter slice: where the text lies, if it stays there: strings without escapes then need no copy.
  private mutating func extract(
    _ stage: borrowing CompiledJSON, _ text: UnsafeBufferPointer<UInt8>, _ slice: Slice?, _ document: JSONDocument
  ) {
    guard document.parse(text), document.kind(.root) == .object || document.kind(.root) == .null else {
      if stage.dropsMalformed { isDropped = true }
      return
    }
    let found = document.find(stage.fields)
    for number in 0..<stage.fields.count {
      slots[stage.fieldSlots[number]] = found[number].map { value($0, slice, document) } ?? .null
    }
    for item in stage.expressions {
      // One that fails on this line leaves what its name was (recorded: json/function-error-extracts-nothing).
      guard let found = try? item.expression.evaluate(on: document) else { continue }
      switch found {
      case .null: slots[item.slot] = .null
      case .bool(let value): slots[item.slot] = .boolean(value)
      case .number(let value): slots[item.slot] = .number(value)
      case .string, .array, .object, .node:
        slots[item.slot] = .text(write { document.appendText(found, to: &$0) })
      }
    }
  }

  private mutating func value(_ node: JSONNode, _ slice: Slice?, _ document: JSONDocument) -> Slot {
    switch document.kind(node) {
    case .null: return .null
    case .false: return .boolean(false)
    case .true: return .boolean(true)
    case .number: return .number(document.number(node))
    case .string:
      if let slice, !document.hasEscapes(node) { return .text(slice.part(document.range(node))) }
      return .text(write { document.appendString(node, to: &$0) })
    case .array, .object: return .text(write { document.appendJSON(node, to: &$0) })
    }
  }
}
