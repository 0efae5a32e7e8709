import Synchronization
import Syscalls

/// What is known of an engine's containers besides their labels: who runs, and who is being read.
///
/// The discoverer writes it by lists and events; readers of logs wait on it instead of asking the engine.
public final class ContainerBoard: Sendable {
  private struct Entry {
    var isRunning: Bool?
    var isPaused = false
    /// Where its log is read, for people.
    var way = ""
    var readers: [UInt64: Bell] = [:]
  }

  private struct State {
    var entries: [String: Entry] = [:]
    var nextReader: UInt64 = 0
    /// Containers that started and nobody reads yet, and when: monotonic nanoseconds. They may have ended by now.
    var started: [String: Int64] = [:]
    /// Rung when a discoverer is to look again.
    var listeners: [UInt64: Bell] = [:]
  }

  /// How long a container that has ended meanwhile is waited for to be read: nanoseconds.
  private static let patience: Int64 = 20_000_000_000

  private let state = Mutex(State())
  private let isKnownBefore: @Sendable (String) -> Bool
  init(isKnown: @escaping @Sendable (String) -> Bool) { isKnownBefore = isKnown }

  // MARK: - For readers

  /// One reader of a container's log. The container stays a target for as long as it is there.
  public final class Reader: Sendable {
    let id: String
    private let number: UInt64
    private let board: ContainerBoard
    private let bell: Bell

    fileprivate init(id: String, number: UInt64, board: ContainerBoard, bell: Bell) {
      self.id = id
      self.number = number
      self.board = board
      self.bell = bell
    }

    /// nil where nobody has told yet.
    public var isRunning: Bool? { board.state.withLock { $0.entries[id]?.isRunning } }

    public var isPaused: Bool { board.state.withLock { $0.entries[id]?.isPaused ?? false } }

    /// The engine said that the container has ended, perhaps before a list or an event did; the next list that has it is
    /// then the news of its start.
    public func noteEnd() { board.state.withLock { $0.entries[id]?.isRunning = false } }

    /// Tells people where the log is read.
    public func note(way: String) { board.state.withLock { $0.entries[id]?.way = way } }

    /// Waits until something happens to the container.
    /// - Parameter nanoseconds: at most.
    public func wait(atMost nanoseconds: Int64) async { await bell.wait(atMost: nanoseconds) }

    public func leave() { board.leave(id, number) }
  }

  public func join(_ id: String) -> Reader {
    state.withLock { state in
      let number = state.nextReader
      state.nextReader += 1
      let bell = Bell()
      state.entries[id, default: Entry()].readers[number] = bell
      return Reader(id: id, number: number, board: self, bell: bell)
    }
  }

  private func leave(_ id: String, _ number: UInt64) {
    let wasLast = state.withLock { state in
      state.entries[id]?.readers[number] = nil
      guard state.entries[id]?.readers.isEmpty == true else { return false }
      if state.entries[id]?.isRunning != true { state.entries[id] = nil }
      return true
    }
    if wasLast { ringListeners() }
  }

  /// Where a container's log is read, for people; empty where nobody reads it.
  public func way(of id: String) -> String { state.withLock { $0.entries[id]?.way ?? "" } }

  // MARK: - For discoverers

  /// A bell that rings when it is time to look again.
  func listen() -> (number: UInt64, bell: Bell) {
    let bell = Bell()
    return state.withLock { state in
      defer { state.nextReader += 1 }
      state.listeners[state.nextReader] = bell
      return (state.nextReader, bell)
    }
  }

  func stopListening(_ number: UInt64) { state.withLock { $0.listeners[number] = nil } }

  /// Something has changed that a list would show.
  func ringListeners() {
    for bell in state.withLock({ Array($0.listeners.values) }) { bell.ring() }
  }

  /// Whether somebody reads the container's log.
  func isRead(_ id: String) -> Bool { state.withLock { !($0.entries[id]?.readers.isEmpty ?? true) } }

  /// Whether its log was read before, perhaps by an earlier run of the agent.
  func isKnown(_ id: String) -> Bool { isKnownBefore(id) }

  /// A container that nobody reads has started: it is to be found at once, also if it runs for a moment only.
  func noteStarted(_ id: String) {
    state.withLock { $0.started[id] = Clock.monotonic() }
    ringListeners()
  }

  /// Containers that started a short while ago.
  var started: [String] {
    let now = Clock.monotonic()
    return state.withLock { state in
      state.started = state.started.filter { now - $0.value < Self.patience }
      return state.started.keys.sorted()
    }
  }

  /// Something happened to a container.
  func note(_ id: String, isRunning: Bool) {
    let readers: [Bell] = state.withLock { state in
      if !isRunning, state.entries[id]?.readers.isEmpty ?? true {
        state.entries[id] = nil
        return []
      }
      state.entries[id, default: Entry()].isRunning = isRunning
      state.entries[id]!.isPaused = false
      return Array(state.entries[id]!.readers.values)
    }
    for bell in readers { bell.ring() }
  }

  func note(_ id: String, isPaused: Bool) {
    let readers: [Bell] = state.withLock { state in
      state.entries[id]?.isPaused = isPaused
      return state.entries[id].map { Array($0.readers.values) } ?? []
    }
    for bell in readers { bell.ring() }
  }

  /// All containers that run. Those that an event told of later than the list was asked for may be wrong for a moment.
  func note(running: [(id: String, isPaused: Bool)]) {
    let ids = Set(running.map(\.id))
    var bells: [Bell] = []
    state.withLock { state in
      for (id, isPaused) in running {
        var entry = state.entries[id] ?? Entry()
        if entry.isRunning != true {
          bells += entry.readers.values
        }
        entry.isRunning = true
        entry.isPaused = isPaused
        state.entries[id] = entry
      }
      for (id, entry) in state.entries where !ids.contains(id) && entry.isRunning == true {
        if entry.readers.isEmpty {
          state.entries[id] = nil
        } else {
          state.entries[id]!.isRunning = false
          bells += entry.readers.values
        }
      }
    }
    for bell in bells { bell.ring() }
  }
}

/// Wakes one task that waits.
public final class Bell: Sendable {
  private struct State {
    var isRung = false
    var waiting: CheckedContinuation<Void, Never>?
  }
  private let state = Mutex(State())

  public init() {}

  public func ring() {
    let waiting = state.withLock { state in
      defer { state.waiting = nil }
      if state.waiting == nil { state.isRung = true }
      return state.waiting
    }
    waiting?.resume()
  }

  /// Returns when it has rung since the last wait, when the time is over, or when the task is cancelled.
  public func wait(atMost nanoseconds: Int64) async {
    let timer = Task {
      try await Task.sleep(for: .nanoseconds(nanoseconds))
      self.ring()
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isRung = state.withLock { state in
          if state.isRung || Task.isCancelled {
            state.isRung = false
            return true
          }
          state.waiting = continuation
          return false
        }
        if isRung { continuation.resume() }
      }
    } onCancel: {
      ring()
    }
    timer.cancel()
  }
}
