import AgentConfiguration
import Bytes
import Glibc
import GoCompat

/// `match`: the stages after it up to `count` are for the entries that the selector fits; others go on behind them.
struct CompiledMatch: ~Copyable, Sendable {
  struct Matcher: Sendable {
    var label: LabelReference
    var condition: MatchSelector.Condition
  }
  var matchers: InPlace<Matcher>
  var filters: InPlace<MatchSelector.Condition>
  /// Nested stages, which follow it in the pipeline.
  var count: Int
  /// `action: drop`: the place of its reason.
  var dropReason: Int?
}

extension MatchSelector.Condition {
  /// Whether a label's value fulfils it: all of it.
  fileprivate func holds(ofLabel value: UnsafeBufferPointer<UInt8>) -> Bool {
    switch self {
    case .text(let text, let isNegated):
      return text.withUnsafeBufferPointer { $0.elementsEqual(value) } != isNegated
    case .expression(let expression, let isNegated): return expression.matches(value) != isNegated
    }
  }

  /// Whether a line fulfils it: anywhere in it.
  fileprivate func holds(ofLine line: UnsafeBufferPointer<UInt8>) -> Bool {
    switch self {
    case .text(let text, let isNegated):
      return text.withUnsafeBufferPointer { line.contains($0) } != isNegated
    case .expression(let expression, let isNegated): return expression.matches(line) != isNegated
    }
  }
}

extension UnsafeBufferPointer<UInt8> {
  fileprivate func contains(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let wanted = text.baseAddress, let base = baseAddress, !text.isEmpty else { return text.isEmpty }
    var place = 0
    while count - place >= text.count {
      guard let hit = memchr(base + place, Int32(wanted[0]), count - place - text.count + 1) else { return false }
      place = UnsafeRawPointer(hit) - UnsafeRawPointer(base)
      if memcmp(base + place, wanted, text.count) == 0 { return true }
      place += 1
    }
    return false
  }
}

extension LineContext {
  /// Whether the nested stages are to run.
  /// - Parameter labelOfName: for each slot the number of the label of its name.
  mutating func run(_ stage: borrowing CompiledMatch, labelOfName: [Int?]) -> Bool {
    for index in stage.matchers.indices {
      // A label that is missing is an empty one.
      let value = label(stage.matchers[index].label) ?? Slice(.chunk, 0, 0)
      if !stage.matchers[index].condition.holds(ofLabel: bytes(value)) { return false }
    }
    for index in stage.filters.indices where !stage.filters[index].holds(ofLine: bytes(line)) { return false }
    if let reason = stage.dropReason {
      drop(reason)
      return true
    }
    // Labels come before extracted values of their name again (recorded: match).
    for slot in labelOfName.indices {
      guard let label = labelOfName[slot] else {
        if !hidesOtherLabels, first[slot].kind == .text { slots[slot] = first[slot] }
        continue
      }
      if let value = self.label(LabelReference(label: label, name: slot)) { slots[slot] = .text(value) }
    }
    return true
  }
}
