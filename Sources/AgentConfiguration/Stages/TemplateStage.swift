/// Builds an extracted value from others.
public struct TemplateStage: Hashable, Sendable {
  /// The extracted value it changes or makes.
  public var source: String
  /// Go's text/template, not yet parsed; without one the value is removed.
  public var template: String

  init?(_ options: inout StageOptions) {
    template = options.string("template") ?? ""
    guard let source = options.requiredString("source") else { return nil }
    self.source = source
  }
}
