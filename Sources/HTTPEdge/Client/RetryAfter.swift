import Glibc
import GoCompat

/// The header `Retry-After`: seconds, or a date (RFC 9110, section 10.2.3).
enum RetryAfter {
  private static let date = TimestampFormat("RFC1123")

  /// - Parameter now: seconds since 1970.
  /// - Returns: how long to wait in nanoseconds, not below 0; nil for what is neither.
  static func nanoseconds(_ value: String, now: Int = time(nil)) -> Int64? {
    if let seconds = Int64(value) { return seconds < 0 ? nil : min(seconds, 1 << 30) * 1_000_000_000 }
    let until = Array(value.utf8).withUnsafeBufferPointer { date.parse($0, currentYear: 1970) }
    return until.map { max(0, min($0.seconds - Int64(now), 1 << 30)) * 1_000_000_000 }
  }
}
