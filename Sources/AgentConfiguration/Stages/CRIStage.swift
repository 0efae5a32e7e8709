/// Lines of containerd and CRI-O, parts joined.
public struct CRIStage: Hashable, Sendable {
  /// Parts held at a time, 0 for the default.
  public var maxPartialLines = defaultMaxPartialLines
  /// Bytes to which a joined line is cut if `maxPartialLineSizeTruncate`.
  public var maxPartialLineSize = 0
  public var maxPartialLineSizeTruncate = false

  public static let defaultMaxPartialLines = 100

  public init() {}

  init?(_ options: inout StageOptions) {
    options.converts = true
    if let lines = options.int("max_partial_lines"), lines != 0 { maxPartialLines = lines }
    maxPartialLineSize = options.int("max_partial_line_size") ?? 0
    maxPartialLineSizeTruncate = options.bool("max_partial_line_size_truncate") ?? false
    if maxPartialLines < 0 { options.refuse("max_partial_lines must not be negative", "max_partial_lines") }
    if maxPartialLineSize < 0 { options.refuse("max_partial_line_size must not be negative", "max_partial_line_size") }
  }
}
