/// Limits the rate of entries.
public struct LimitStage: Hashable, Sendable {
  /// Entries per second.
  public var rate: Double
  public var burst: Int
  /// Entries beyond the rate are dropped; else they wait.
  public var drop = false
  /// Each value of this label has a rate of its own.
  public var byLabelName: String?
  /// Label values with a rate at a time.
  public var maxDistinctLabels = 10_000

  init?(_ options: inout StageOptions) {
    options.converts = true
    rate = options.double("rate") ?? 0
    burst = options.int("burst") ?? 0
    drop = options.bool("drop") ?? false
    if let name = options.string("by_label_name"), !name.isEmpty { byLabelName = name }
    maxDistinctLabels = max(options.int("max_distinct_labels") ?? 0, maxDistinctLabels)
    if rate <= 0 { options.refuse("stage \"limit\" needs a rate above zero", "rate") }
    if burst <= 0 { options.refuse("stage \"limit\" needs a burst above zero", "burst") }
    if byLabelName != nil, !drop { options.refuse("by_label_name needs drop: true", "by_label_name") }
  }
}
