import GoCompat

/// `labels`: a label takes an extracted value.
struct CompiledLabels: Sendable {
  struct Assignment: Sendable {
    var label: Int
    var source: Int
  }
  var assignments: [Assignment]
}

/// `static_labels`: labels with fixed values.
struct CompiledStaticLabels: Sendable {
  struct Assignment: Sendable {
    var label: Int
    var value: [UInt8]
  }
  var assignments: [Assignment]
}

/// `labeldrop`: labels are taken away; extracted values of their names stay.
struct CompiledLabelDrop: Sendable {
  var labels: [Int]
}

extension LineContext {
  mutating func run(_ stage: borrowing CompiledLabels) {
    for assignment in stage.assignments {
      guard let value = text(slots[assignment.source]) else { continue }
      // What is no UTF-8 sets no label (recorded: labels/invalid-utf-8-sets-no-label).
      if !UTF8Text.isValid(bytes(value)) { continue }
      labels[assignment.label] = .text(value)
    }
  }

  mutating func run(_ stage: borrowing CompiledStaticLabels) {
    for assignment in stage.assignments {
      labels[assignment.label] = .text(assignment.value.withUnsafeBufferPointer { keep($0) })
    }
  }

  mutating func run(_ stage: borrowing CompiledLabelDrop) {
    for label in stage.labels { labels[label] = .null }
  }
}
