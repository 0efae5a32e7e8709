/// A point in time as Loki's push protocol carries it (google.protobuf.Timestamp).
public struct Timestamp: Hashable, Comparable, Sendable {
  /// Since 1970; negative before.
  public var seconds: Int64
  /// 0 to 999,999,999, always counted forwards.
  public var nanoseconds: UInt32

  @inlinable public init(seconds: Int64, nanoseconds: UInt32) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  /// - Parameter nanoseconds: since 1970.
  @inlinable public init(nanosecondsSince1970 nanoseconds: Int64) {
    let (quotient, remainder) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    seconds = remainder < 0 ? quotient - 1 : quotient
    self.nanoseconds = UInt32(truncatingIfNeeded: remainder < 0 ? remainder + 1_000_000_000 : remainder)
  }

  /// The years 1 to 9999, which google.protobuf.Timestamp allows: seconds.
  public static let encodable: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

  @inlinable public var isEncodable: Bool { Self.encodable.contains(seconds) }

  /// Since 1970; the nearest that 64 bits hold for years before 1678 and after 2261.
  @inlinable public var nanosecondsSince1970: Int64 {
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    if overflow { return seconds < 0 ? .min : .max }
    let (sum, sumOverflow) = product.addingReportingOverflow(Int64(nanoseconds))
    return sumOverflow ? .max : sum
  }

  /// One nanosecond later.
  @inlinable public var successor: Timestamp {
    nanoseconds == 999_999_999
      ? Timestamp(seconds: seconds &+ 1, nanoseconds: 0) : Timestamp(seconds: seconds, nanoseconds: nanoseconds + 1)
  }

  @inlinable public static func < (a: Timestamp, b: Timestamp) -> Bool {
    a.seconds == b.seconds ? a.nanoseconds < b.nanoseconds : a.seconds < b.seconds
  }
}
