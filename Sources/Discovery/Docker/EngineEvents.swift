import HTTPEdge
import NIOCore
import Synchronization
import Syscalls
import Telemetry

/// Follows what happens to an engine's containers, and tells the board.
///
/// An engine without events costs one request a minute; starts and ends are then seen at the next list.
struct EngineEvents: Sendable {
  let engine: DockerEngine

  /// Runs until its task is cancelled.
  func run() async {
    var pause = RetryPause()
    // What happened before the first list is in it; an event that is told twice does no harm.
    var since = Clock.wall() / 1_000_000_000 - 1
    while !Task.isCancelled {
      let receiver = EventReceiver(engine.containers)
      do {
        try await engine.events(since: since) { try receiver.take($0) }
      } catch {
        // The list tells of an engine that is down, with the reason.
      }
      if let last = receiver.last {
        since = last
        pause = RetryPause()
      }
      if Task.isCancelled { return }
      // Something may have been missed.
      engine.containers.ringListeners()
      await nap(pause.next())
    }
  }
}

/// Takes events as they come.
private final class EventReceiver: Sendable {
  private struct State {
    var splitter = JSONSplitter(.events)
    var last: Int64?
  }
  private let state = Mutex(State())
  private let containers: ContainerBoard

  init(_ containers: ContainerBoard) { self.containers = containers }

  /// When the last event was: seconds since 1970; nil before the first.
  var last: Int64? { state.withLock { $0.last } }

  func take(_ bytes: ByteBuffer) throws {
    let parts = try bytes.withUnsafeReadableBytes { bytes in try state.withLock { try $0.splitter.take(bytes) } }
    for case .object(let text) in parts {
      JSONView.read(text) { event in
        if let time = event["time"]?.int { state.withLock { $0.last = Int64(time) } }
        note(event["Action"].text, event["Actor"]["ID"].text)
      }
    }
  }

  private func note(_ action: String, _ id: String) {
    switch action {
    case "start":
      let isNew = !containers.isRead(id)
      containers.note(id, isRunning: true)
      if isNew { containers.noteStarted(id) }
    case "die": containers.note(id, isRunning: false)
    case "pause": containers.note(id, isPaused: true)
    case "unpause": containers.note(id, isPaused: false)
    case "destroy", "remove":
      // Whoever reads it is to look whether it is there.
      containers.note(id, isRunning: false)
    case "rename": containers.ringListeners()
    default: break
    }
  }
}
