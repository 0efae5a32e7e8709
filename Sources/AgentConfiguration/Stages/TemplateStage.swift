public import GoTemplate
internal import YAMLSource

/// Builds an extracted value from others.
public struct TemplateStage: Sendable {
  /// The extracted value it changes or makes.
  public var source: String
  /// Without one the value is removed.
  public var template: Template?

  init?(_ options: inout StageOptions) {
    if let text = options.string("template") {
      do {
        template = try Template(text)
      } catch {
        let location = options.entry("template")?.value.location ?? options.node.location
        options.errors.add("the template is wrong: \(error)", at: location, path: "\(options.path).template")
      }
    }
    guard let source = options.requiredString("source") else { return nil }
    self.source = source
  }
}
