import Delivery
import Positions
import Synchronization
import Tailing
import Telemetry

/// The clients by their places in readers' sets, and the tasks that send to them. A place outlives a reload with its client.
final class ClientPlaces: Sendable {
  /// A client in its place.
  private struct Occupant {
    var setup: ClientSetup
    /// Raised when the client goes, or all do.
    var stop = StopSignal()
    var senders: [(queue: BatchQueue, task: Task<Void, Never>)] = []
  }
  private struct State {
    var places: [Occupant?] = []
    /// Of clients that are gone: until what was in hand is given back.
    var leaving: [Task<Void, Never>] = []
  }
  private let state = Mutex(State())
  private let metrics: DeliveryMetrics
  private let log: Log
  private let prepare: @Sendable () -> Void

  /// - Parameter prepare: called before a batch is sent for the first time.
  init(metrics: DeliveryMetrics, log: Log, prepare: @escaping @Sendable () -> Void) {
    self.metrics = metrics
    self.log = log
    self.prepare = prepare
  }

  /// Replaces the clients: those with the same signature stay in their places.
  func change(to setups: [ClientSetup]) -> ClientChange {
    let change = state.withLock { state in
      var new = setups
      var change = ClientChange(removed: [], added: [])
      for (place, occupant) in state.places.enumerated() {
        guard let occupant else { continue }
        if let kept = new.firstIndex(where: { $0.signature == occupant.setup.signature }) {
          new.remove(at: kept)
          continue
        }
        occupant.stop.raise()
        state.leaving += occupant.senders.map(\.task)
        state.places[place] = nil
        change.removed.append(place)
      }
      for setup in new {
        let place = state.places.firstIndex { $0 == nil } ?? state.places.count
        if place == state.places.count { state.places.append(nil) }
        state.places[place] = Occupant(setup: setup)
        change.added.append((place: place, client: readingClient(setup)))
      }
      return change
    }
    for setup in setups { metrics.announce(host: setup.sender.host) }
    return change
  }

  private func readingClient(_ setup: ClientSetup) -> ReadingClient {
    var lane = setup.lane
    lane.account = LimitAccount(metrics: metrics, host: setup.sender.host, tenant: setup.sender.tenant)
    return ReadingClient(name: setup.sender.name, lane: lane)
  }

  /// The queue of a client and tenant, and the task that empties it.
  func makeQueue(_ place: Int, _ tenant: String?, settled: @escaping @Sendable ([AckTicket]) -> Void) -> BatchQueue {
    let queue = BatchQueue(client: place, tenant: tenant)
    state.withLock { state in
      guard let occupant = state.places[place] else {
        // Gone by a reload that the reader has not heard of yet.
        queue.close()
        return
      }
      let sender = Sender(
        queue: queue, output: occupant.setup.lane.output, settings: occupant.setup.sender, metrics: metrics, log: log,
        stop: occupant.stop, prepare: prepare, settled: settled)
      state.places[place]!.senders.append((queue, Task { await sender.run() }))
    }
    return queue
  }

  /// Lets every queue run empty; what is still being sent after `grace` is cancelled.
  func finish(grace: Duration) async {
    let (running, leaving) = state.withLock { state in
      for occupant in state.places { occupant?.stop.raise() }
      return (state.places.flatMap { $0?.senders ?? [] }, state.leaving)
    }
    for (queue, _) in running { queue.close() }
    let tasks = running.map(\.task) + leaving
    await withTaskGroup(of: Void.self) { group in
      group.addTask { for task in tasks { await task.value } }
      group.addTask {
        try? await Task.sleep(for: grace)
        for task in tasks { task.cancel() }
      }
      await group.next()
      group.cancelAll()
    }
    for task in tasks { await task.value }
  }
}
