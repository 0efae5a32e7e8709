import Synchronization
public import Syscalls

/// A time that goes on when a test says so.
public final class VirtualClock: Clocks {
  private let nanoseconds = Mutex<Int64>(1_700_000_000_000_000_000)

  public init() {}

  public func advance(seconds: Double) { nanoseconds.withLock { $0 += Int64(seconds * 1e9) } }

  public func wall() -> Int64 { nanoseconds.withLock { $0 } }
  public func monotonic() -> Int64 { nanoseconds.withLock { $0 } }
}
