/// Decides what to ask the API server next, to know all objects and every change of them: list, then watch from there, or
/// both as one stream; and from the start where the server has forgotten what came since. Does nothing itself.
struct WatchMachine {
  enum Action: Hashable {
    /// A watch that begins with all objects there are: KEP-3157.
    /// - `resourceVersion`: not older than it; empty for the newest.
    case stream(resourceVersion: String)
    /// - `resourceVersion`: `0` for any that the server has at hand, empty for the newest.
    /// - `isPaged`: whether to ask for a limited number.
    case list(continued: String, resourceVersion: String, isPaged: Bool)
    case watch(resourceVersion: String)
    /// Nanoseconds.
    case pause(Int64)
  }

  enum Event: Hashable {
    /// - `continued`: names the next page; empty at the last one.
    case page(resourceVersion: String, continued: String)
    /// The server does not stream lists, or the stream ended before it had brought all objects. One that has brought them
    /// counts as a page, and what comes after it as a watch.
    case notStreamed
    /// The server ended the watch, or the connection was cut. The last version that was seen counts from here on.
    /// - `wasShort`: nothing came and it ended at once.
    case watchEnded(resourceVersion: String, wasShort: Bool)
    /// 410: the version or the next page are no longer known to the server.
    case gone
    /// 504 for a version that the server does not have yet.
    case tooNew
    /// - `retryAfter`: nanoseconds, where the server asks for a pause.
    case failed(retryAfter: Int64?)
  }

  private enum State: Hashable {
    case beginning
    /// - `continued`: not empty.
    case listing(continued: String)
    case watching(String)
  }

  private var state = State.beginning
  /// What the next list begins with.
  private var listVersion = "0"
  private var isPaged = true
  /// Where a stream does not get through, pages may.
  private var isListDue = false
  private var pause: Int64?
  private var retry = RetryPause(longest: 30_000_000_000)

  /// What is to be done now.
  /// - Parameter mayStream: whether a stream is worth asking for.
  mutating func next(mayStream: Bool) -> Action {
    if let pause {
      self.pause = nil
      return .pause(pause)
    }
    switch state {
    case .beginning where mayStream && !isListDue:
      return .stream(resourceVersion: listVersion == "0" ? "" : listVersion)
    case .beginning: return .list(continued: "", resourceVersion: listVersion, isPaged: isPaged)
    case .listing(let continued): return .list(continued: continued, resourceVersion: "", isPaged: isPaged)
    case .watching(let version): return .watch(resourceVersion: version)
    }
  }

  /// Whether everything is to be asked for next.
  var beginsList: Bool { state == .beginning }

  mutating func take(_ event: Event) {
    switch event {
    case .page(let version, let continued):
      retry = RetryPause(longest: 30_000_000_000)
      if continued.isEmpty {
        state = .watching(version)
        listVersion = version
        isPaged = true
        isListDue = false
      } else {
        state = .listing(continued: continued)
      }
    case .watchEnded(let version, let wasShort):
      state = .watching(version)
      listVersion = version
      if wasShort { pause = retry.next() } else { retry = RetryPause(longest: 30_000_000_000) }
    case .notStreamed: isListDue = true
    case .gone:
      switch state {
      case .watching: break
      case .beginning, .listing:
        // The pages took too long, or the version is not to be had: everything in one answer, the newest.
        if state != .beginning { isPaged = false }
        listVersion = ""
        pause = retry.next()
      }
      state = .beginning
    case .tooNew:
      listVersion = ""
      state = .beginning
      pause = retry.next()
    case .failed(let retryAfter):
      let usual = retry.next()
      // A fifth more at most, so that agents which were sent away together do not come back together.
      pause = retryAfter.map { $0 + Int64.random(in: 0...($0 / 5)) } ?? usual
      if case .listing = state { state = .beginning }
    }
  }
}
