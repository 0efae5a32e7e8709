import Bytes
import JMESPath

/// `json`: fields of a JSON object become extracted values; also what `docker` stands for.
struct CompiledJSON: Sendable {
  /// Plain paths, filled in one pass over the text.
  var paths: JSONPaths
  /// Slots of plain paths: null where nothing is found.
  var pathSlots: [Int]
  /// Expressions that are more than paths, run on the parsed text.
  var expressions: [Extraction]
  /// nil: the line.
  var source: Int?
  var dropsMalformed: Bool

  struct Extraction: Sendable {
    var slot: Int
    var expression: Expression
  }
}

/// What json stages need per worker: where values wait until the whole text has proved to be well-formed, and a document
/// for what is more than a path.
struct JSONLine: ~Copyable {
  fileprivate let pending: UnsafeMutablePointer<Slot>
  fileprivate let document = JSONDocument()

  init(slotCount: Int) {
    pending = .allocate(capacity: max(1, slotCount))
    pending.initialize(repeating: .null, count: max(1, slotCount))
  }

  deinit { pending.deallocate() }
}

extension LineContext {
  mutating func run(_ stage: borrowing CompiledJSON, _ json: inout JSONLine) {
    var input = line
    if let source = stage.source {
      guard let value = text(slots[source]) else { return }
      input = value
    }
    let pending = json.pending
    for slot in stage.pathSlots { pending[slot] = .null }
    // What is written below may move the bytes that an input among them lies in.
    if input.source == .made { made.reserve(Int(input.count) * 2 + 64) }
    var scanner = JSONScanner(bytes(input))
    let isWellFormed = scanner.scan(
      stage.paths, reset: { for slot in $0 { pending[slot] = .null } },
      found: { wanted, value in
        let slot = found(value, in: input)
        for place in wanted { pending[place] = slot }
        return true
      })
    guard isWellFormed else {
      if stage.dropsMalformed { isDropped = true }
      return
    }
    for slot in stage.pathSlots {
      if pending[slot].kind == .structure {
        // Written again in compact form, as it would be printed.
        guard json.document.parse(bytes(pending[slot].slice)) else { continue }
        pending[slot] = .text(write { json.document.appendJSON(.root, to: &$0) })
      }
      slots[slot] = pending[slot]
    }
    if !stage.expressions.isEmpty { evaluate(stage, input, json.document) }
  }

  /// Expressions that fail on this line leave what their names were (recorded: json/function-error-extracts-nothing).
  private mutating func evaluate(_ stage: borrowing CompiledJSON, _ input: Slice, _ document: JSONDocument) {
    // The document refers to the bytes it was read from, and writing may move those that a stage made.
    let text = Array(bytes(input))
    text.withUnsafeBufferPointer { text in
      guard document.parse(text) else { return }
      for item in stage.expressions {
        guard let value = try? item.expression.evaluate(on: document) else { continue }
        switch value {
        case .null: slots[item.slot] = .null
        case .bool(let value): slots[item.slot] = .boolean(value)
        case .number(let value): slots[item.slot] = .number(value)
        case .string, .array, .object, .node:
          slots[item.slot] = .text(write { document.appendText(value, to: &$0) })
        }
      }
    }
  }

  private mutating func found(_ value: JSONScanner.Found, in input: Slice) -> Slot {
    switch value {
    case .null: return .null
    case .boolean(let value): return .boolean(value)
    case .number(let value): return .number(value)
    case .string(let range, hasEscapes: false): return .text(input.part(range))
    case .string(let range, hasEscapes: true):
      let start = made.count
      JSONScanner.unescape(UnsafeBufferPointer(rebasing: bytes(input)[range]), into: &made)
      return .text(Slice(.made, start, made.count - start))
    case .structure(let range): return Slot(kind: .structure, slice: input.part(range), number: 0)
    }
  }
}
