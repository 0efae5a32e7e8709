import AgentConfiguration
import Bytes
import GoCompat
import GoTemplate
import LogModel

/// `replace`: the groups of an expression give way to what a template makes of them.
struct CompiledReplace: ~Copyable, Sendable {
  var regex: Regex
  /// By group number; nil for groups without a name.
  var groupSlots: [Int?]
  /// nil: the line.
  var source: Int?
  /// A template among those of the pipeline; nil: the stage does nothing.
  var replacement: Int?
}

/// Many matches with a long replacement each must not fill the memory.
private struct TooLong: Error {}

extension LineContext {
  mutating func run(_ stage: borrowing CompiledReplace, base: LabelSet, _ space: TemplateSpace) {
    guard let number = stage.replacement, stage.regex.groupCount > 0 else { return }
    let replacement = space.templates[number]
    var input = line
    if let source = stage.source {
      guard let value = text(slots[source]) else { return }
      input = value
    }
    let text = bytes(input)
    var values = self.values(replacement, base, space)
    space.replaced.removeAll()
    space.groups.removeAll()
    var named: [(slot: Int, range: Range<Int>)] = []
    var matches = 0
    var evaluations = 0
    var end = 0
    do {
      try stage.regex.forEachMatch(in: text) { groups in
        matches += 1
        for (number, group) in groups.enumerated().dropFirst() where group.isMatched {
          let slot = matches == 1 ? stage.groupSlots[number] : nil
          // Of nested groups the outer one gives way; the inner one is only extracted.
          let isInside = group.range.lowerBound < end
          if isInside, slot == nil { continue }
          values.value = UnsafeBufferPointer(rebasing: text[group.range])
          try replacement.template.evaluate(values, in: space.workspace, continuesLine: evaluations > 0)
          evaluations += 1
          if let slot {
            let start = space.groups.count
            space.groups.append(space.workspace.output.bytes)
            named.append((slot, start..<space.groups.count))
          }
          if space.replaced.count + space.groups.count > Template.outputLimit { throw TooLong() }
          if isInside { continue }
          space.replaced.append(UnsafeBufferPointer(rebasing: text[end..<group.range.lowerBound]))
          space.replaced.append(space.workspace.output.bytes)
          end = group.range.upperBound
        }
      }
    } catch {
      // One failure leaves everything as it was (recorded: replace/template-that-fails-changes-nothing).
      return
    }
    if matches == 0 { return }
    space.replaced.append(UnsafeBufferPointer(rebasing: text[end...]))
    let result = keep(space.replaced.bytes)
    if let source = stage.source { slots[source] = .text(result) } else { line = result }
    for group in named {
      slots[group.slot] = .text(keep(UnsafeBufferPointer(rebasing: space.groups.bytes[group.range])))
    }
  }
}
