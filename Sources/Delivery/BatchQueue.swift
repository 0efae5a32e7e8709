import Positions
import Synchronization

/// Sealed batches of one worker on their way to one client and tenant, in order.
///
/// The worker puts them in and asks whether there is room; one sender takes them out. At most one batch waits besides
/// the one being sent, but for what one chunk may add: that is all the memory a client that is down can hold.
public final class BatchQueue: Sendable {
  /// The client's place in the configuration, from 0.
  public let client: Int
  /// `nil` leaves the tenant to the client's `tenant_id`.
  public let tenant: String?

  private struct State {
    var waiting: [SealedBatch] = []
    var isSending = false
    var isClosed = false
    var waiter: CheckedContinuation<Void, Never>?
  }
  private let state = Mutex(State())
  /// Batches that wait before the worker stops reading for this queue.
  private let window: Int

  public init(client: Int, tenant: String?, window: Int = 1) {
    self.client = client
    self.tenant = tenant
    self.window = window
  }

  /// Whether the worker may read on for this queue.
  public var hasRoom: Bool { state.withLock { $0.waiting.count < window } }

  /// Nothing waits and nothing is being sent.
  public var isIdle: Bool { state.withLock { $0.waiting.isEmpty && !$0.isSending } }

  /// A batch for a queue that was closed, because its client has gone, is given back unread.
  public func put(_ batch: SealedBatch) {
    let (isTaken, waiter) = state.withLock { state -> (Bool, CheckedContinuation<Void, Never>?) in
      if state.isClosed { return (false, nil) }
      state.waiting.append(batch)
      return (true, state.waiter.take())
    }
    if !isTaken { batch.takeReceipt()?.returned() }
    waiter?.resume()
  }

  /// Ends the queue: what waits is still handed out, then `next` answers nil.
  public func close() {
    let waiter = state.withLock {
      $0.isClosed = true
      return $0.waiter.take()
    }
    waiter?.resume()
  }

  /// The next batch if there is one, without waiting.
  func takeNow() -> SealedBatch? {
    state.withLock { $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }
  }

  /// Takes what is left and forgets it, until the queue is closed and empty: for measuring.
  public func discardAll() async {
    while let batch = await next() { _ = batch.takeReceipt()?.dropped() }
  }

  /// The next batch. The caller is taken to be sending it until it asks again.
  func next() async -> SealedBatch? {
    while true {
      let (batch, closed) = state.withLock { state -> (SealedBatch?, Bool) in
        state.isSending = !state.waiting.isEmpty
        return (state.waiting.isEmpty ? nil : state.waiting.removeFirst(), state.isClosed)
      }
      if let batch { return batch }
      if closed { return nil }
      await withCheckedContinuation { continuation in
        let ready = state.withLock {
          if !$0.waiting.isEmpty || $0.isClosed { return true }
          $0.waiter = continuation
          return false
        }
        if ready { continuation.resume() }
      }
    }
  }
}
