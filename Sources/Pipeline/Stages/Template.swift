import AgentConfiguration
import Bytes
import GoTemplate
import LogModel

/// `template`: an extracted value becomes what a template makes of all values.
struct CompiledTemplate: ~Copyable, Sendable {
  var source: Int
  /// Among those of the pipeline; nil: the value is removed.
  var template: Int?
}

extension LineContext {
  mutating func run(_ stage: borrowing CompiledTemplate, base: LabelSet, _ space: TemplateSpace) {
    guard let number = stage.template else {
      slots[stage.source] = .absent
      return
    }
    let template = space.templates[number]
    var values = self.values(template, base, space)
    values.source = stage.source
    // A template that fails leaves the value as it was (recorded: template/error-at-run-time-changes-nothing).
    guard (try? template.template.evaluate(values, in: space.workspace)) != nil else { return }
    let output = space.workspace.output.bytes
    // An empty result removes it (recorded: template/empty-result-removes-the-key).
    slots[stage.source] = output.isEmpty ? .absent : .text(keep(output))
  }
}
