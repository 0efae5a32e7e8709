/// How much may be kept of files that are no longer under their path while clients do not take their lines. An open file
/// keeps its room on the disk although it was deleted.
public struct RotatedLimits: Sendable, Equatable {
  /// `limits_config.max_open_rotated`.
  public var openFiles: Int
  /// `limits_config.max_lag_bytes`; 0 for any number.
  public var lagBytes: UInt64
  /// `limits_config.max_rotated_age` in nanoseconds; 0 for any age.
  public var age: Int64

  public static let standard = RotatedLimits(openFiles: 512, lagBytes: 10 << 30, age: 0)

  public init(openFiles: Int, lagBytes: UInt64, age: Int64) {
    self.openFiles = openFiles
    self.lagBytes = lagBytes
    self.age = age
  }

  /// A rotated file that is not finished.
  struct Held {
    var number: UInt32
    /// When it was rotated, on the monotonic clock: nanoseconds.
    var since: Int64
    /// Bytes of it that are not acknowledged.
    var lag: UInt64
  }

  /// Which files have to be let go, the oldest first, and for which limit.
  func excess(_ held: [Held], now: Int64) -> [(number: UInt32, limit: RotatedLimit)] {
    var excess: [(UInt32, RotatedLimit)] = []
    var rest = held.sorted { ($0.since, $0.number) < ($1.since, $1.number) }[...]
    var lag = rest.reduce(0) { $0 + $1.lag }
    while let oldest = rest.first {
      let limit: RotatedLimit
      if rest.count > openFiles {
        limit = .openFiles
      } else if lagBytes > 0, lag > lagBytes {
        limit = .lagBytes
      } else if age > 0, now - oldest.since > age {
        limit = .age
      } else {
        break
      }
      excess.append((oldest.number, limit))
      lag -= oldest.lag
      rest.removeFirst()
    }
    return excess
  }
}

/// The limits by their names in the configuration.
enum RotatedLimit: String, CaseIterable {
  case openFiles = "max_open_rotated"
  case lagBytes = "max_lag_bytes"
  case age = "max_rotated_age"
}
