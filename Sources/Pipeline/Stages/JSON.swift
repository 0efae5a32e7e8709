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

/// What json stages need per worker: where values wait until the whole text has proved to be well-formed.
struct JSONLine: ~Copyable {
  fileprivate let pending: UnsafeMutablePointer<Slot>

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
    for slot in stage.pathSlots { slots[slot] = pending[slot] }
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
    case .structure(let range): return .text(input.part(range))
    }
  }
}
