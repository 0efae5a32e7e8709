import Glibc

/// Clocks in nanoseconds.
public enum Clock {
  /// Since 1970, as the wall shows it.
  public static func wall() -> Int64 { read(CLOCK_REALTIME) }

  /// Since some start, never backwards.
  public static func monotonic() -> Int64 { read(CLOCK_MONOTONIC) }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

/// The clocks as a seam: tests put a virtual time in their place. Read per chunk, never per line.
public protocol Clocks: Sendable {
  /// Nanoseconds since 1970.
  func wall() -> Int64
  /// Nanoseconds since some start, never backwards.
  func monotonic() -> Int64
}

/// The real clocks.
public struct SystemClocks: Clocks {
  public init() {}
  public func wall() -> Int64 { Clock.wall() }
  public func monotonic() -> Int64 { Clock.monotonic() }
}
