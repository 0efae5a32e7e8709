public import Delivery
public import Pipeline
import Positions
import Synchronization
public import Syscalls
import Telemetry

/// A source to read, and the pipeline that its entries go through.
public struct SourceTarget: Sendable {
  public var source: any EntrySource
  public var pipeline: CompiledPipeline
  /// Of the pipeline: a source is taken up anew when it has changed.
  public var pipelineNumber: Int

  public init(source: any EntrySource, pipeline: CompiledPipeline, pipelineNumber: Int) {
    self.source = source
    self.pipeline = pipeline
    self.pipelineNumber = pipelineNumber
  }
}

/// The sources that are read at present, each once for every client, and the thread that they feed.
public final class SourceSet: Sendable {
  private struct Slot: Hashable {
    var key: SourceKey
    var client: Int
  }
  private struct Running {
    var signature: String
    var feed: SourceFeed
    var task: Task<Void, Never>
    /// It has ended by itself, and stays ended for as long as it is wanted.
    var isOver = false
  }
  private struct State {
    var running: [Slot: Running] = [:]
    /// Sources that are to be gone: what takes their place begins when they are.
    var leaving: [Slot: Running] = [:]
    var targets: [SourceTarget] = []
    var clients: [Int: String] = [:]
    var next: UInt32 = 0
    var isStopped = false
  }
  private let state: Mutex<State>
  private let setup: FeederSetup
  private let inbox: FeederInbox
  private let thread: WorkerThread

  /// - Throws: `Errno` when the system gives no thread or descriptor.
  public init(_ setup: FeederSetup) throws(Errno) {
    let inbox = try FeederInbox()
    self.setup = setup
    self.inbox = inbox
    var state = State()
    for (place, client) in setup.clients.enumerated() { state.clients[place] = client.name }
    self.state = Mutex(state)
    thread = try WorkerThread(name: "feeder") {
      var feeder = Feeder(setup, inbox: inbox)
      feeder.run()
    }
  }

  /// How the sources are.
  public var statuses: [SourceStatus] {
    state.withLock { $0.running.values.map(\.feed.status) }
      .sorted { ($0.key.job, $0.key.entry, $0.client) < ($1.key.job, $1.key.entry, $1.client) }
  }

  /// Other sources. Those that stay the same are not touched; one that has changed goes on where it was acknowledged.
  public func update(_ targets: [SourceTarget]) {
    state.withLock { state in
      state.targets = targets
      arrange(&state)
    }
  }

  /// Clients came or went.
  public func change(_ change: ClientChange) {
    state.withLock { state in
      inbox.put(.clients(change))
      for place in change.removed { state.clients[place] = nil }
      // A place that was given to another client is another slot's place.
      for slot in state.running.keys where change.removed.contains(slot.client) { leave(slot, &state) }
      for (place, client) in change.added { state.clients[place] = client.name }
      arrange(&state)
    }
  }

  private func arrange(_ state: inout State) {
    if state.isStopped { return }
    var wanted: [Slot: SourceTarget] = [:]
    for target in state.targets {
      for place in state.clients.keys { wanted[Slot(key: target.source.key, client: place)] = target }
    }
    for (slot, running) in state.running where wanted[slot].map(Self.signature) != running.signature {
      leave(slot, &state)
    }
    let names = Array(state.clients.values)
    let first = state.clients.keys.min()
    for target in state.targets { setup.positions.keep(target.source.key, clients: names) }
    for (slot, target) in wanted where state.running[slot] == nil {
      state.running[slot] = start(target, slot, countsEntries: slot.client == first, &state)
    }
  }

  private static func signature(_ target: SourceTarget) -> String {
    "\(target.pipelineNumber)\n\(target.source.signature)"
  }

  private func leave(_ slot: Slot, _ state: inout State) {
    guard let running = state.running.removeValue(forKey: slot) else { return }
    running.feed.close()
    running.task.cancel()
    inbox.put(.closed(running.feed.number))
    // Containers come and go without end: what is gone is not remembered.
    if !running.isOver { state.leaving[slot] = running }
  }

  private func start(_ target: SourceTarget, _ slot: Slot, countsEntries: Bool, _ state: inout State) -> Running {
    let feed = SourceFeed(
      key: slot.key, client: state.clients[slot.client] ?? "", countsEntries: countsEntries, number: state.next,
      inbox: inbox, log: setup.log)
    state.next += 1
    let former = state.leaving.removeValue(forKey: slot)?.task
    let (positions, inbox) = (setup.positions, inbox)
    let task = Task { [weak self] in
      await former?.value
      let place = positions.takeUp(slot.key, client: feed.client)
      inbox.put(.open(feed, client: slot.client, pipeline: target.pipeline))
      let end = feed.isClosed ? .keep : await target.source.run(after: place, into: feed)
      await withCheckedContinuation { continuation in
        inbox.put(.end(feed.number, end) { continuation.resume() })
      }
      self?.noteEnd(of: feed, slot)
    }
    return Running(signature: Self.signature(target), feed: feed, task: task)
  }

  private func noteEnd(of feed: SourceFeed, _ slot: Slot) {
    state.withLock { state in
      if state.leaving[slot]?.feed === feed { state.leaving[slot] = nil }
      if state.running[slot]?.feed === feed { state.running[slot]!.isOver = true }
    }
  }

  /// Sources that are to be gone and are not yet.
  var leavingCount: Int { state.withLock { $0.leaving.count } }

  /// Ends all sources; what is in hand goes to the queues.
  public func drain() async {
    state.withLock { state in
      state.isStopped = true
      for slot in Array(state.running.keys) { leave(slot, &state) }
    }
    await withCheckedContinuation { continuation in inbox.put(.drain { continuation.resume() }) }
  }

  /// Reports positions and ends the thread. Blocks.
  public func finish() {
    inbox.put(.finish)
    thread.join()
  }
}
