import HTTPEdge
import Synchronization

/// The watches of all jobs: one for each question, however many jobs ask it.
final class WatchPool: Sendable {
  private struct Running {
    var watch: ResourceWatch
    var task: Task<Void, Never>
  }

  private let running = Mutex<[ResourceWatch.Key: Running]>([:])

  /// - Throws: when certificates cannot be used.
  func join(_ key: ResourceWatch.Key, _ listener: WatchChanges) throws -> ResourceWatch {
    try running.withLock { running in
      if let known = running[key] {
        known.watch.add(listener)
        return known.watch
      }
      let server =
        try running.first { $0.key.connection == key.connection }?.value.watch.server ?? APIServer(key.connection)
      let watch = ResourceWatch(key, server: server)
      watch.add(listener)
      running[key] = Running(watch: watch, task: Task { await watch.run() })
      return watch
    }
  }

  /// Ends the watch when nobody is left.
  func leave(_ watch: ResourceWatch, _ listener: WatchChanges) {
    running.withLock { running in
      guard !watch.remove(listener) else { return }
      running.removeValue(forKey: watch.key)?.task.cancel()
    }
  }
}

/// What watches of the same server share.
final class APIServer: Sendable {
  let client: WebClient
  private let streams = Atomic(true)

  /// - Throws: when certificates cannot be used.
  init(_ connection: KubernetesConnection) throws { client = try WebClient(connection.settings) }

  /// Whether it may be asked to stream lists: until it has shown that it does not.
  var mayStream: Bool { streams.load(ordering: .relaxed) }

  func doesNotStream() { streams.store(false, ordering: .relaxed) }
}
