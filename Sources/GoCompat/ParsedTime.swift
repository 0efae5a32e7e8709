/// A point in time as it was read: since 1970-01-01 UTC, and the zone it was written in.
public struct ParsedTime: Hashable, Sendable {
  /// Whole seconds, rounded down.
  public var seconds: Int64
  /// 0 to 999 999 999.
  public var nanoseconds: Int32
  /// Seconds east of UTC of the zone the time was written in.
  public var offset: Int32

  public init(seconds: Int64, nanoseconds: Int32 = 0, offset: Int32 = 0) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
    self.offset = offset
  }

  /// Nanoseconds since 1970, what Loki's protocol and this project's entries count in; `nil` for times before 1677 or
  /// after 2262, which do not fit.
  @inlinable public var nanosecondsSince1970: Int64? {
    let (product, tooLarge) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, overflow) = product.addingReportingOverflow(Int64(nanoseconds))
    if !tooLarge && !overflow { return sum }
    // The first second of the range begins before it: -2^63 ns lies 0.22 s after a whole second.
    let (later, still) = (seconds &+ 1).multipliedReportingOverflow(by: 1_000_000_000)
    guard seconds < 0, !still else { return nil }
    let (exact, below) = later.subtractingReportingOverflow(1_000_000_000 - Int64(nanoseconds))
    return below ? nil : exact
  }
}
