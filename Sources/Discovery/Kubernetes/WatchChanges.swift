import Synchronization

/// What the watches of one discovery have to tell, until it takes note. Many changes of one object count once.
final class WatchChanges: Sendable {
  enum Note {
    case synced
    case changed(KubernetesResource, Set<String>)
    case failed(String)
    case recovered
  }

  struct Taken {
    var keys: [KubernetesResource: Set<String>] = [:]
    var failure: String?
    var hasRecovered = false
  }

  private let taken = Mutex(Taken())
  /// Yields when there is something to take.
  let signals: AsyncStream<Void>
  private let signal: AsyncStream<Void>.Continuation

  init() { (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

  func note(_ note: Note) {
    taken.withLock { taken in
      switch note {
      case .synced: break
      case .changed(let resource, let keys): taken.keys[resource, default: []].formUnion(keys)
      case .failed(let reason): taken.failure = reason
      case .recovered:
        taken.failure = nil
        taken.hasRecovered = true
      }
    }
    signal.yield()
  }

  func take() -> Taken {
    taken.withLock { taken in
      defer { taken = Taken() }
      return taken
    }
  }
}
