import Synchronization

/// Tells senders that the agent is stopping: a batch that fails now is left to the next start.
public final class StopSignal: Sendable {
  private struct State {
    var isRaised = false
    /// By numbers that are not used again.
    var sleepers: [UInt64: Task<Void, Never>] = [:]
    var nextNumber: UInt64 = 0
  }
  private let state = Mutex(State())

  public init() {}

  public var isRaised: Bool { state.withLock { $0.isRaised } }

  /// Wakes all who sleep.
  public func raise() {
    let sleepers = state.withLock { state in
      state.isRaised = true
      return state.sleepers.values
    }
    for sleeper in sleepers { sleeper.cancel() }
  }

  /// Until the time is over, the signal is raised, or the calling task is cancelled.
  public func sleep(for duration: Duration) async {
    let sleeper = Task { _ = try? await Task.sleep(for: duration) }
    let number = state.withLock { state -> UInt64? in
      if state.isRaised { return nil }
      state.nextNumber += 1
      state.sleepers[state.nextNumber] = sleeper
      return state.nextNumber
    }
    guard let number else { return sleeper.cancel() }
    await withTaskCancellationHandler {
      await sleeper.value
    } onCancel: {
      sleeper.cancel()
    }
    state.withLock { $0.sleepers[number] = nil }
  }
}
