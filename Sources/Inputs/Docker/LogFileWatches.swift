import Discovery
import Synchronization
import Syscalls

/// Wakes the readers of log files when these change: one thread for all of them, which is there from the first file on.
final class LogFileWatches: Sendable {
  /// One reader.
  final class Watcher: Sendable {
    let bell = Bell()
  }

  private struct State {
    var inotify: Inotify?
    var hasStarted = false
    var watchers: [Int32: [ObjectIdentifier: Watcher]] = [:]
    /// What each watcher watches.
    var watches: [ObjectIdentifier: Int32] = [:]
  }
  private let state = Mutex(State())

  func join() -> Watcher { Watcher() }

  /// The watcher is told of changes of this file, and of no other.
  func watch(_ file: FileHandle, _ watcher: Watcher) {
    state.withLock { state in
      start(&state)
      guard let inotify = state.inotify else { return }
      remove(watcher, &state)
      guard case .success(let watch) = inotify.watch(file) else { return }
      state.watchers[watch, default: [:]][ObjectIdentifier(watcher)] = watcher
      state.watches[ObjectIdentifier(watcher)] = watch
    }
  }

  func leave(_ watcher: Watcher) { state.withLock { remove(watcher, &$0) } }

  private func remove(_ watcher: Watcher, _ state: inout State) {
    guard let watch = state.watches.removeValue(forKey: ObjectIdentifier(watcher)) else { return }
    state.watchers[watch]?[ObjectIdentifier(watcher)] = nil
    if state.watchers[watch]?.isEmpty == true {
      state.watchers[watch] = nil
      state.inotify?.remove(watch)
    }
  }

  /// Without watches files are looked at now and then.
  private func start(_ state: inout State) {
    if state.hasStarted { return }
    state.hasStarted = true
    guard let inotify = try? Inotify() else { return }
    // Lives as long as the process.
    let thread = try? WorkerThread(name: "docker logs") { [weak self] in
      guard let poller = try? Poller(), (try? poller.add(inotify.descriptor)) != nil else { return }
      while true {
        poller.wait(nanoseconds: nil)
        var touched: Set<Int32> = []
        var lost = false
        inotify.drain { event in
          if event.has(Inotify.overflow) { lost = true } else { touched.insert(event.watch) }
        }
        guard let self else { return }
        ring(lost ? nil : touched)
      }
    }
    if thread != nil { state.inotify = inotify }
  }

  private func ring(_ touched: Set<Int32>?) {
    let watchers = state.withLock { state in
      touched.map { $0.flatMap { watch in state.watchers[watch].map { Array($0.values) } ?? [] } }
        ?? state.watchers.values.flatMap(\.values)
    }
    for watcher in watchers { watcher.bell.ring() }
  }
}
