/// `output`: the line becomes an extracted value; one without a text form leaves it.
struct CompiledOutput: ~Copyable, Sendable {
  var source: Int
}

extension LineContext {
  mutating func run(_ stage: borrowing CompiledOutput) {
    if let value = text(slots[stage.source]) { line = value }
  }
}
