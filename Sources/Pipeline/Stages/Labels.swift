import GoCompat

/// `labels`: a label takes an extracted value.
struct CompiledLabels: ~Copyable, Sendable {
  struct Assignment: Sendable {
    var label: Int
    var source: Int
  }
  var assignments: [Assignment]
}

/// `static_labels`: labels with fixed values.
struct CompiledStaticLabels: ~Copyable, Sendable {
  struct Assignment: Sendable {
    var label: Int
    /// Among the pipeline's constants.
    var value: Slice
  }
  var assignments: [Assignment]
}

/// `labeldrop`: labels are taken away; extracted values of their names stay.
struct CompiledLabelDrop: ~Copyable, Sendable {
  var labels: [Int]
}

extension LineContext {
  mutating func run(_ stage: borrowing CompiledLabels) {
    for index in stage.assignments.indices {
      let assignment = stage.assignments[index]
      guard let value = text(slots[assignment.source]) else { continue }
      // What is no UTF-8 sets no label (recorded: labels/invalid-utf-8-sets-no-label).
      if !UTF8Text.isValid(bytes(value)) { continue }
      setLabel(assignment.label, .text(value))
    }
  }

  mutating func run(_ stage: borrowing CompiledStaticLabels) {
    for assignment in stage.assignments {
      setLabel(assignment.label, .text(assignment.value))
    }
  }

  mutating func run(_ stage: borrowing CompiledLabelDrop) {
    for label in stage.labels { setLabel(label, .null) }
  }
}
