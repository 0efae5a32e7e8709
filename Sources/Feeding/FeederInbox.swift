import Delivery
import Pipeline
import Positions
import Synchronization
import Syscalls

/// What others tell the feeder: sources, senders, the agent.
enum FeederMessage: Sendable {
  /// A source begins, for the client in a place, through the pipeline of a job.
  case open(SourceFeed, client: Int, pipeline: CompiledPipeline)
  /// A source hands over entries. `taken` is called once: false where they were left aside.
  case chunk(UInt32, EntryChunk, taken: @Sendable (Bool) -> Void)
  /// A source is to end: what it waits with is left aside.
  case closed(UInt32)
  /// A source has ended. `done` is called when everything is acknowledged, or waiting has been long enough.
  case end(UInt32, SourceEnd, done: @Sendable () -> Void)
  /// Clients came or went.
  case clients(ClientChange)
  /// Batches were settled; there may be room again.
  case settled([AckTicket])
  /// Take nothing more and send what is there.
  case drain(done: @Sendable () -> Void)
  /// Report positions and end.
  case finish
}

/// The feeder's letter box. Any thread may put; the feeder's thread takes.
final class FeederInbox: Sendable {
  private struct State {
    var messages: [FeederMessage] = []
    var isClosed = false
  }
  private let state = Mutex(State())
  let wake: WakeUp

  init() throws(Errno) { wake = try WakeUp() }

  func put(_ message: FeederMessage) {
    let (wasEmpty, isClosed) = state.withLock { state in
      if state.isClosed { return (false, true) }
      state.messages.append(message)
      return (state.messages.count == 1, false)
    }
    if wasEmpty { wake.signal() }
    if isClosed { Self.refuse(message) }
  }

  func takeAll() -> [FeederMessage] {
    wake.clear()
    return state.withLock { state in
      var all: [FeederMessage] = []
      swap(&all, &state.messages)
      return all
    }
  }

  /// Nobody takes messages any more; whoever waits for an answer gets one.
  func close() {
    let left = state.withLock { state in
      state.isClosed = true
      defer { state.messages.removeAll() }
      return state.messages
    }
    for message in left { Self.refuse(message) }
  }

  private static func refuse(_ message: FeederMessage) {
    switch message {
    case .chunk(_, _, let taken): taken(false)
    case .end(_, _, let done), .drain(let done): done()
    default: break
    }
  }
}
