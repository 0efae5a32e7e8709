import CLinux
import Glibc

/// Wakes a thread that waits in epoll: eventfd(2). Any thread may signal.
public struct WakeUp: Sendable {
  public let descriptor: Int32

  public init() throws(Errno) {
    descriptor = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
    if descriptor < 0 { throw .last }
  }

  public func signal() {
    var one: UInt64 = 1
    _ = write(descriptor, &one, 8)
  }

  /// Takes the signals that came, so that the next wait waits.
  public func clear() {
    var count: UInt64 = 0
    _ = read(descriptor, &count, 8)
  }

  public func close() { _ = Glibc.close(descriptor) }
}

/// Waits for descriptors to become readable: epoll(7), level-triggered. Used by one thread.
public struct Poller: Sendable {
  let descriptor: Int32

  public init() throws(Errno) {
    descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
    if descriptor < 0 { throw .last }
  }

  public func add(_ other: Int32) throws(Errno) {
    var event = epoll_event()
    event.events = EPOLLIN.rawValue
    event.data.fd = other
    if epoll_ctl(descriptor, EPOLL_CTL_ADD, other, &event) != 0 { throw .last }
  }

  /// Waits up to `nanoseconds` (nil: for ever) until a descriptor is readable.
  /// - Returns: one that is; nil when the time was over.
  @discardableResult public func wait(nanoseconds: Int64?) -> Int32? {
    var events = epoll_event()
    let milliseconds: Int32 = nanoseconds.map { Int32(clamping: ($0 + 999_999) / 1_000_000) } ?? -1
    return epoll_wait(descriptor, &events, 1, milliseconds) > 0 ? events.data.fd : nil
  }

  public func close() { _ = Glibc.close(descriptor) }
}
