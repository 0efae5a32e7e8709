/// When to try a batch again: exponential, with jitter, as a value without clock or I/O.
public struct RetrySchedule: Sendable {
  public struct Limits: Sendable, Equatable {
    /// Nanoseconds.
    public var minimum: Int64
    /// Nanoseconds.
    public var maximum: Int64
    /// Attempts for one batch; nil: until it is taken.
    public var attempts: Int?

    public init(minimum: Int64, maximum: Int64, attempts: Int?) {
      self.minimum = minimum
      self.maximum = maximum
      self.attempts = attempts
    }
  }

  private let limits: Limits
  public private(set) var failures = 0

  public init(_ limits: Limits) { self.limits = limits }

  /// Notes a failed attempt.
  /// - Parameters:
  ///   - retryAfter: what the server asked for, in nanoseconds; it is honoured, but not beyond an hour.
  ///   - random: between 0 and 1.
  /// - Returns: how long to wait in nanoseconds, or nil when the configured attempts are used up.
  public mutating func failed(retryAfter: Int64? = nil, random: Double) -> Int64? {
    failures += 1
    if let attempts = limits.attempts, failures >= attempts { return nil }
    // Doubled each time; between half and the whole of it, so that a fleet does not come back in one moment.
    let doublings = min(failures - 1, 40)
    let whole = min(Double(limits.maximum), Double(max(1, limits.minimum)) * Double(UInt64(1) << UInt64(doublings)))
    let wait = Int64(whole * (0.5 + 0.5 * random))
    guard let retryAfter else { return wait }
    return max(wait, min(retryAfter, 3_600_000_000_000))
  }
}
