import NIOCore
import Synchronization
import Syscalls

/// What becomes of the body of an answer: its beginning is kept, or each part is handed on as it comes.
struct BodySink: Sendable {
  /// Bytes that the answer holds; the rest is read and forgotten.
  var kept: Int
  /// Takes the body of an answer with status 200 instead.
  var stream: (@Sendable (ByteBuffer) async throws -> Void)?

  func take(_ part: ByteBuffer, into answer: inout WebAnswer) async throws {
    guard answer.status == 200, let stream else { return answer.keep(part, atMost: kept) }
    do {
      try await stream(part)
    } catch {
      throw Refusal(reason: error)
    }
  }

  /// The receiver of a stream wants no more of it; no fault of the server.
  struct Refusal: Error {
    let reason: any Error
  }
}

/// Ends what hears nothing for too long, such as a connection whose other side is gone without a word.
final class IdleGuard: Sendable {
  private struct State {
    var heard = Clock.monotonic()
    /// The receiver has something in hand, so nothing more can come.
    var isBusy = false
  }
  private let state = Mutex(State())
  private let limit: @Sendable () -> Int64

  /// - Parameter limit: nanoseconds; asked again whenever the time may be over.
  init(limit: @escaping @Sendable () -> Int64) { self.limit = limit }

  func hear(isBusy: Bool) {
    state.withLock {
      $0.heard = Clock.monotonic()
      $0.isBusy = isBusy
    }
  }

  /// - Throws: `SilenceError` when nothing was heard for the limit, whatever the body waits for.
  func run<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
    try await withThrowingTaskGroup(of: Result?.self) { group in
      group.addTask { try await body() }
      group.addTask {
        while true {
          let limit = self.limit()
          let left = self.state.withLock { $0.isBusy ? limit : $0.heard + limit - Clock.monotonic() }
          if left <= 0 { return nil }
          try await Task.sleep(for: .nanoseconds(left))
        }
      }
      defer { group.cancelAll() }
      guard let result = try await group.next() ?? nil else { throw SilenceError(limit: limit()) }
      return result
    }
  }
}

/// A stream was given up because nothing came for too long.
public struct SilenceError: Error, CustomStringConvertible {
  /// Nanoseconds.
  public let limit: Int64

  public var description: String { "nothing came for \(limit / 1_000_000_000) s" }
}
