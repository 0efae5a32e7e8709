public import GoCompat
public import GoTemplate

/// Replaces the groups of a regular expression.
public struct ReplaceStage: Sendable {
  public var expression: Regex
  /// An extracted value instead of the line.
  public var source: String?
  /// Of the text that takes a group's place; nil when it is no valid template: then the stage does nothing (recorded:
  /// replace/broken-template-is-accepted-and-does-nothing).
  public var replacement: Template?

  init?(_ options: inout StageOptions) {
    source = options.nonEmptyString("source")
    replacement = try? Template(options.string("replace") ?? "")
    guard let expression = options.requiredRegex("expression") else { return nil }
    self.expression = expression
  }
}
