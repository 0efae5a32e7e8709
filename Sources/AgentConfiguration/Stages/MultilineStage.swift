public import GoCompat

/// Joins lines to blocks that begin with a first line.
public struct MultilineStage: Sendable {
  public var firstline: Regex
  /// A block without a new line for so long is sent.
  public var maxWaitTime = GoDuration.seconds(3)
  /// 0 for any number.
  public var maxLines = 128

  init?(_ options: inout StageOptions) {
    maxWaitTime = options.duration("max_wait_time") ?? maxWaitTime
    maxLines = options.int("max_lines") ?? maxLines
    if maxLines < 0 { options.refuse("max_lines must not be negative", "max_lines") }
    guard let firstline = options.requiredRegex("firstline") else { return nil }
    self.firstline = firstline
  }
}
