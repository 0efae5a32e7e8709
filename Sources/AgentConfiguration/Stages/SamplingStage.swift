/// Keeps a share of the entries.
public struct SamplingStage: Hashable, Sendable {
  /// 0 to 1. Without one everything is dropped.
  public var rate: Double
  public var dropCounterReason = "sampling_stage"

  init?(_ options: inout StageOptions) {
    options.converts = true
    rate = options.double("rate") ?? 0
    if let reason = options.string("drop_counter_reason"), !reason.isEmpty { dropCounterReason = reason }
    if !(0...1).contains(rate) { options.refuse("rate must lie between 0 and 1", "rate") }
  }
}
