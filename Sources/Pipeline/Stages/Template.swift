import AgentConfiguration
import Bytes
import GoTemplate
import LogModel

/// `template`: an extracted value becomes what a template makes of all values.
struct CompiledTemplate: ~Copyable, Sendable {
  var source: Int
  /// nil: the value is removed.
  var template: Template?
  var fields: [TemplateField]

  init(_ stage: TemplateStage, _ names: inout NameTable) {
    source = names.number(stage.source)
    template = stage.template
    fields = stage.template.map { TemplateField.fields($0, seesLine: true, &names) } ?? []
  }
}

extension LineContext {
  mutating func run(_ stage: borrowing CompiledTemplate, base: LabelSet, _ space: TemplateSpace) {
    guard let template = stage.template else {
      slots[stage.source] = .absent
      return
    }
    var values = self.values(stage.fields, base, space, seesLine: true)
    values.source = stage.source
    // A template that fails leaves the value as it was (recorded: template/error-at-run-time-changes-nothing).
    guard (try? template.evaluate(values, in: space.workspace)) != nil else { return }
    let output = space.workspace.output.bytes
    // An empty result removes it (recorded: template/empty-result-removes-the-key).
    slots[stage.source] = output.isEmpty ? .absent : .text(keep(output))
  }
}
