public import GoCompat

/// The named groups of a regular expression.
public struct RegexStage: Sendable {
  public var expression: Regex
  /// An extracted value instead of the line.
  public var source: String?

  init?(_ options: inout StageOptions) {
    source = options.nonEmptyString("source")
    guard let expression = options.requiredRegex("expression") else { return nil }
    self.expression = expression
  }
}
