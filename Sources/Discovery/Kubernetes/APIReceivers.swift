import HTTPEdge
import NIOCore
import Synchronization
import Syscalls

/// Why the API server refuses something: its `Status`.
struct APIStatus: Error, CustomStringConvertible {
  var code: Int
  var message: String
  var isTooNew = false

  init(_ answer: WebAnswer) {
    code = answer.status
    message = String(decoding: answer.body.readableBytesView.prefix(300), as: UTF8.self)
    _ = JSONView.read(Array(answer.body.readableBytesView)) { fill($0) }
  }

  /// From the object of an ERROR event.
  init(_ json: JSONView) {
    code = 500
    message = ""
    fill(json)
    code = json["code"]?.int ?? 500
  }

  private mutating func fill(_ json: JSONView) {
    if let text = json["message"]?.text { message = text }
    isTooNew = json["details"]["causes"].elements.contains { $0["reason"].text == "ResourceVersionTooLarge" }
  }

  var description: String { "status \(code): \(message)" }
}

/// Takes a page of a list apart while it comes.
final class PageReceiver: Sendable {
  private struct State {
    var splitter = JSONSplitter(.list)
    var end: (version: String, continued: String)?
  }
  private let state = Mutex(State())
  private let watch: ResourceWatch

  init(_ watch: ResourceWatch) { self.watch = watch }

  /// Version of the list and the next page's name; nil before they came.
  var end: (version: String, continued: String)? { state.withLock { $0.end } }

  func take(_ bytes: ByteBuffer) throws {
    let parts = try bytes.withUnsafeReadableBytes { bytes in try state.withLock { try $0.splitter.take(bytes) } }
    for part in parts {
      switch part {
      case .metadata(let text):
        let end = JSONView.read(text) { ($0["resourceVersion"].text, $0["continue"].text) }
        state.withLock { $0.end = end }
      case .object(let text):
        guard let (key, record) = JSONView.read(text, { watch.key.resource.record(of: $0) }) else {
          throw DiscoveryError("an item of the list is no JSON")
        }
        watch.take(key: key, record: record, isListed: true)
      }
    }
  }
}

/// Takes the events of a watch.
final class WatchReceiver: Sendable {
  private struct State {
    var splitter = JSONSplitter(.events)
    var version: String
    var hasBegun = false
    var hasSeenBookmark = false
    /// When the last bytes were dealt with, on the monotonic clock.
    var doneAt: Int64 = 0
    var isComplete: Bool
  }

  /// How long reading rests after bytes that were waited for: what changes in the meantime comes at once, and wakes nobody.
  private static let rest: Int64 = 200_000_000
  /// Bytes that come sooner than this after the last were on their way already.
  private static let sooner: Int64 = 1_000_000

  private let state: Mutex<State>
  private let watch: ResourceWatch

  /// - Parameter isComplete: all objects are known; else the watch begins with them.
  init(_ watch: ResourceWatch, resourceVersion: String, isComplete: Bool) {
    self.watch = watch
    state = Mutex(State(version: resourceVersion, isComplete: isComplete))
  }

  /// Of the last event since all objects are known.
  var resourceVersion: String { state.withLock { $0.version } }
  var hasBegun: Bool { state.withLock { $0.hasBegun } }
  var hasSeenBookmark: Bool { state.withLock { $0.hasSeenBookmark } }
  var isComplete: Bool { state.withLock { $0.isComplete } }

  /// Takes what has come, and rests where nothing more is to be expected at once.
  /// - Throws: `APIStatus` for an event that says what went wrong.
  func take(_ bytes: ByteBuffer) async throws {
    let wasWaitedFor = state.withLock { Clock.monotonic() - $0.doneAt > Self.sooner }
    try readEvents(bytes)
    if wasWaitedFor, isComplete, watch.isSynced { await nap(Self.rest) }
    state.withLock { $0.doneAt = Clock.monotonic() }
  }

  private func readEvents(_ bytes: ByteBuffer) throws {
    let parts = try bytes.withUnsafeReadableBytes { bytes in
      try state.withLock { state in
        state.hasBegun = true
        return try state.splitter.take(bytes)
      }
    }
    for case .object(let text) in parts {
      let isRead: Void? = try JSONView.read(text) { try take($0) }
      if isRead == nil { throw DiscoveryError("an event of the watch is no JSON") }
    }
  }

  private func take(_ event: JSONView) throws {
    guard let object = event["object"] else { throw DiscoveryError("an event of the watch has no object") }
    var isComplete = self.isComplete
    switch event["type"].text {
    case "ADDED", "MODIFIED":
      let (key, record) = watch.key.resource.record(of: object)
      watch.take(key: key, record: record, isListed: !isComplete)
    case "DELETED": watch.remove(key: ObjectMeta.key(object))
    case "BOOKMARK":
      if !isComplete, object["metadata"]["annotations"]["k8s.io/initial-events-end"].text == "true" {
        watch.endList()
        isComplete = true
      }
      state.withLock { state in
        state.hasSeenBookmark = true
        state.isComplete = isComplete
      }
    case "ERROR": throw APIStatus(object)
    default: return
    }
    // The first events have the versions of their objects, in no order.
    let version = object["metadata"]["resourceVersion"].text
    if isComplete, !version.isEmpty { state.withLock { $0.version = version } }
  }
}
