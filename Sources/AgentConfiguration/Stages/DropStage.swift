public import GoCompat

/// Drops the entries that fulfil all its criteria.
public struct DropStage: Sendable {
  /// Extracted values, joined by `separator`; empty for the line.
  public var sources: [String] = []
  public var separator = ";"
  public var value: String?
  public var expression: Regex?
  public var olderThan: GoDuration?
  public var longerThan: ByteSize?
  public var dropCounterReason = "drop_stage"

  init?(_ options: inout StageOptions) {
    options.converts = true
    sources = options.strings("source") ?? []
    separator = options.string("separator") ?? separator
    value = options.string("value")
    expression = options.regex("expression")
    olderThan = options.duration("older_than")
    longerThan = options.byteSize("longer_than")
    if let reason = options.string("drop_counter_reason"), !reason.isEmpty { dropCounterReason = reason }
    let criteria = ["source", "expression", "older_than", "longer_than", "value"]
    if !criteria.contains(where: options.has) {
      options.refuse("stage \"drop\" needs a source, an expression, older_than or longer_than")
    }
    if options.has("value"), options.has("expression") {
      options.refuse("value and expression exclude each other", "expression")
    }
    if options.has("value"), !options.has("source") { options.refuse("value needs a source", "value") }
  }
}
