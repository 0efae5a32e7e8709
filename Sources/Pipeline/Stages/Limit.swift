import Bytes

/// `limit`: a rate for the entries of all files of the scrape config; also `limits_config.readline_rate`.
struct CompiledLimit: ~Copyable, Sendable {
  var limiter: RateLimiter
  /// Entries beyond the rate are dropped; else their file waits.
  var drops: Bool
  var reason: Int
  /// Each value of this label has a rate of its own.
  var byLabel: ByLabel?

  struct ByLabel: Sendable {
    var label: LabelReference
    var name: String
    /// Values that are remembered.
    var maxDistinct: Int
  }
}

extension LineContext {
  mutating func run(_ stage: borrowing CompiledLimit, _ drops: inout DropCounters) {
    if let byLabel = stage.byLabel {
      guard let value = label(byLabel.label) else { return }
      if stage.limiter.take(key: Hash.bytes(bytes(value)), limit: byLabel.maxDistinct, now: now) { return }
      drops.add(label: byLabel.name, value: String(decoding: bytes(value), as: UTF8.self))
      drop(stage.reason)
    } else if stage.drops {
      if !stage.limiter.take(now: now) { drop(stage.reason) }
    } else {
      let wait = stage.limiter.reserve(now: now)
      if wait > 0 { pausedUntil = max(pausedUntil, now &+ wait) }
    }
  }
}
