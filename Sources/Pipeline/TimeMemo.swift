import Glibc
import GoCompat

/// The text that a timestamp stage read last, and what it meant: many lines of one second say the same.
struct TimeMemo {
  private static let longest = 40
  private var text: (UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0)
  private var count = 0
  /// What times without one meant.
  private var year = 0
  private var time = ParsedTime(seconds: 0)
  /// For the form of container runtimes, where only the second is likely to be the same.
  var clock = RuntimeClock()

  @inline(__always)
  func recall(_ input: UnsafeBufferPointer<UInt8>, year: Int) -> ParsedTime? {
    guard input.count == count, count > 0, self.year == year, let base = input.baseAddress else { return nil }
    return withUnsafeBytes(of: text) { memcmp($0.baseAddress!, base, count) } == 0 ? time : nil
  }

  mutating func note(_ input: UnsafeBufferPointer<UInt8>, _ time: ParsedTime, year: Int) {
    guard input.count <= Self.longest, let base = input.baseAddress else {
      count = 0
      return
    }
    withUnsafeMutableBytes(of: &text) { _ = memcpy($0.baseAddress!, base, input.count) }
    count = input.count
    self.year = year
    self.time = time
  }
}
