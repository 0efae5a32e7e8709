/// Values of a line of key=value pairs.
public struct LogfmtStage: Hashable, Sendable {
  /// Extracted values and the keys they come from.
  public var mapping: [SourcedName]
  /// An extracted value instead of the line.
  public var source: String?

  init?(_ options: inout StageOptions) {
    source = options.nonEmptyString("source")
    mapping = options.sourcedNames("mapping") ?? []
    if mapping.isEmpty, options.hasNoErrors { options.refuse("stage \"logfmt\" needs a mapping") }
  }
}
