import LogModel
import LogQL
import Synchronization

/// What a live tail yields.
public struct TailBatch: Sendable {
  public var entries: [StoreEntry]
  /// Entries lost since the batch before, because the reader was slow.
  public var dropped: Int
}

/// Hands committed entries to those who watch.
final class TailHub: Sendable {
  private struct Watcher {
    var selector: Selector
    var pipeline: LinePipeline
    var continuation: AsyncStream<TailBatch>.Continuation
    var dropped = 0
  }

  private struct State {
    var watchers: [Int: Watcher] = [:]
    var lastID = 0
  }

  private let state = Mutex(State())

  func watch(_ query: LogQuery, pipeline: LinePipeline, batches: Int) -> AsyncStream<TailBatch> {
    let (stream, continuation) = AsyncStream.makeStream(of: TailBatch.self, bufferingPolicy: .bufferingOldest(batches))
    let id = state.withLock { state in
      state.lastID += 1
      state.watchers[state.lastID] = Watcher(
        selector: query.selector, pipeline: pipeline, continuation: continuation)
      return state.lastID
    }
    continuation.onTermination = { [weak self] _ in
      self?.state.withLock { state in state.watchers[id] = nil }
    }
    return stream
  }

  var count: Int { state.withLock { $0.watchers.count } }

  /// Whether someone watches a stream: only then are its entries kept until the commit.
  func watches(_ labels: LabelSet) -> Bool {
    state.withLock { state in
      !state.watchers.isEmpty && state.watchers.values.contains { $0.selector.matches(labels) }
    }
  }

  func publish(_ entries: [StoreEntry]) {
    if entries.isEmpty { return }
    state.withLock { state in
      for id in state.watchers.keys {
        guard let watcher = state.watchers[id] else { continue }
        let wanted = entries.filter { entry in
          watcher.selector.matches(entry.stream) && entry.line.withUnsafeBufferPointer { watcher.pipeline.keeps($0) }
        }
        if wanted.isEmpty { continue }
        switch watcher.continuation.yield(TailBatch(entries: wanted, dropped: watcher.dropped)) {
        case .dropped: state.watchers[id]?.dropped += wanted.count
        default: state.watchers[id]?.dropped = 0
        }
      }
    }
  }

  func finish() {
    let watchers = state.withLock { state in
      defer { state.watchers.removeAll() }
      return Array(state.watchers.values)
    }
    for watcher in watchers { watcher.continuation.finish() }
  }
}
