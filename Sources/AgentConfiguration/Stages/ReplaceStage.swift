public import GoCompat

/// Replaces the groups of a regular expression.
public struct ReplaceStage: Sendable {
  public var expression: Regex
  /// An extracted value instead of the line.
  public var source: String?
  /// A template.
  public var replace: String

  init?(_ options: inout StageOptions) {
    source = options.nonEmptyString("source")
    replace = options.string("replace") ?? ""
    guard let expression = options.requiredRegex("expression") else { return nil }
    self.expression = expression
  }
}
