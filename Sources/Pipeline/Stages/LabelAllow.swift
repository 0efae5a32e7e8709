/// `labelallow`: only the labels it lists stay; extracted values of other names stay too.
struct CompiledLabelAllow: ~Copyable, Sendable {
  var labels: Set<Int>
}

extension LineContext {
  mutating func run(_ stage: borrowing CompiledLabelAllow) {
    for label in 0..<labelCount where !stage.labels.contains(label) { setLabel(label, .null) }
    // Every listed name has a number, so what has none is not listed.
    hideOtherLabels()
  }
}
