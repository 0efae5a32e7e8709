import HTTPEdge
import NIOCore
import Synchronization
import Syscalls

/// All objects of one kind in one namespace or all, as one list and watch, or a stream, keep them up to date. Jobs that ask
/// for the same share it.
final class ResourceWatch: Sendable {
  /// What is asked of whom.
  struct Key: Hashable, Sendable {
    var connection: KubernetesConnection
    var resource: KubernetesResource
    /// Empty for all.
    var namespace: String
    var labelSelector: String
    var fieldSelector: String

    /// Whether all objects of the kind are asked for. To stream, the server goes through all of them, even if a list would
    /// find those of one node or namespace by an index (docs/decisions/0009-lists-as-streams.md).
    var isWide: Bool { namespace.isEmpty && fieldSelector.isEmpty }
  }

  private struct State {
    var objects: [String: [UInt8]] = [:]
    var isSynced = false
    var failure: String?
    var listeners: [ObjectIdentifier: WatchChanges] = [:]
    /// Keys that the list or stream at hand has brought; what it lacks in the end is gone.
    var listed: Set<String> = []
  }

  static let pageSize = 500
  private static let listTimeout: Int64 = 600_000_000_000
  private static let listIdle: Int64 = 60_000_000_000
  /// A server older than 1.19 takes no notice of the parameters of a stream and never says that it has sent everything.
  private static let streamIdle: Int64 = 10_000_000_000

  let key: Key
  let server: APIServer
  private let state = Mutex(State())

  init(_ key: Key, server: APIServer) {
    self.key = key
    self.server = server
  }

  // MARK: - For listeners

  /// From here on the listener is told of changes.
  func add(_ listener: WatchChanges) {
    let (isSynced, failure) = state.withLock { state in
      state.listeners[ObjectIdentifier(listener)] = listener
      return (state.isSynced, state.failure)
    }
    if isSynced { listener.note(.synced) }
    if let failure { listener.note(.failed(failure)) }
  }

  /// - Returns: whether anybody listens still.
  func remove(_ listener: WatchChanges) -> Bool {
    state.withLock { state in
      state.listeners[ObjectIdentifier(listener)] = nil
      return !state.listeners.isEmpty
    }
  }

  /// Whether the first list is complete.
  var isSynced: Bool { state.withLock { $0.isSynced } }

  var keys: [String] { state.withLock { Array($0.objects.keys) } }

  subscript(key: String) -> [UInt8]? { state.withLock { $0.objects[key] } }

  private func tell(_ note: WatchChanges.Note) {
    let listeners = state.withLock { Array($0.listeners.values) }
    for listener in listeners { listener.note(note) }
  }

  // MARK: - Objects

  func take(key: String, record: [UInt8], isListed: Bool) {
    let isNew = state.withLock { state in
      if isListed { state.listed.insert(key) }
      // What changed may be nothing that is used.
      guard state.objects[key] != record else { return false }
      state.objects[key] = record
      return state.isSynced
    }
    if isNew { tell(.changed(self.key.resource, [key])) }
  }

  func remove(key: String) {
    if state.withLock({ $0.objects.removeValue(forKey: key) != nil }) { tell(.changed(self.key.resource, [key])) }
  }

  private func beginList() { state.withLock { $0.listed = [] } }

  /// All objects have come: what did not is gone.
  func endList() {
    let (gone, isFirst) = state.withLock { state in
      let gone = state.objects.keys.filter { !state.listed.contains($0) }
      for key in gone { state.objects[key] = nil }
      state.listed = []
      defer { state.isSynced = true }
      return (gone, !state.isSynced)
    }
    set(failure: nil)
    if isFirst { tell(.synced) }
    if !gone.isEmpty { tell(.changed(key.resource, Set(gone))) }
  }

  private func set(failure: String?) {
    let changed = state.withLock { state in
      defer { state.failure = failure }
      return failure != nil || state.failure != nil
    }
    if changed { tell(failure.map { .failed($0) } ?? .recovered) }
  }

  // MARK: - The server

  /// Lists and watches until its task is cancelled.
  func run() async {
    var machine = WatchMachine()
    var sendsBookmarks = false
    while !Task.isCancelled {
      let isFirstPage = machine.beginsList
      switch machine.next(mayStream: key.isWide && server.mayStream) {
      case .pause(let pause): await nap(pause)
      case .stream(let version):
        beginList()
        let received = WatchReceiver(self, resourceVersion: version, isComplete: false)
        let event = await watch(received, from: version, sendsBookmarks: sendsBookmarks)
        if received.isComplete {
          sendsBookmarks = true
          machine.take(.page(resourceVersion: received.resourceVersion, continued: ""))
        }
        machine.take(event)
      case .list(let continued, let version, let isPaged):
        if isFirstPage { beginList() }
        let event = await list(continued: continued, resourceVersion: version, isPaged: isPaged)
        if case .page(_, "") = event { endList() }
        machine.take(event)
      case .watch(let version):
        let received = WatchReceiver(self, resourceVersion: version, isComplete: true)
        machine.take(await watch(received, from: version, sendsBookmarks: sendsBookmarks))
        if received.hasSeenBookmark { sendsBookmarks = true }
      }
    }
  }

  private func url(_ parameters: [(String, String)]) -> String {
    var all = parameters
    if !key.labelSelector.isEmpty { all.append(("labelSelector", key.labelSelector)) }
    if !key.fieldSelector.isEmpty { all.append(("fieldSelector", key.fieldSelector)) }
    let query = all.map { "\($0)=\(PercentEncoding.encode($1))" }.joined(separator: "&")
    return key.connection.base + key.resource.path(in: key.namespace) + (query.isEmpty ? "" : "?" + query)
  }

  private func request(_ parameters: [(String, String)], timeout: Int64) -> WebRequest {
    var request = WebRequest(url(parameters), timeout: timeout)
    request.headers.append(RequestHeader("Accept", "application/json"))
    return request
  }

  private func list(continued: String, resourceVersion: String, isPaged: Bool) async -> WatchMachine.Event {
    var parameters: [(String, String)] = []
    if isPaged { parameters.append(("limit", String(Self.pageSize))) }
    if !continued.isEmpty { parameters.append(("continue", continued)) }
    if !resourceVersion.isEmpty { parameters.append(("resourceVersion", resourceVersion)) }
    let page = PageReceiver(self)
    do {
      let answer = try await server.client.stream(
        request(parameters, timeout: Self.listTimeout), idle: Self.listIdle, receive: { try page.take($0) })
      guard answer.status == 200 else { return refused(answer) }
      guard let (version, next) = page.end else { throw DiscoveryError("the list ended in the middle") }
      return .page(resourceVersion: version, continued: next)
    } catch {
      return failed(error)
    }
  }

  /// Watches; where the receiver does not have all objects yet, they are asked for too.
  /// - Parameter sendsBookmarks: the server tells once a minute that nothing happened, so silence means a dead connection.
  private func watch(_ received: WatchReceiver, from version: String, sendsBookmarks: Bool) async
    -> WatchMachine.Event
  {
    let seconds = Int64.random(in: 300...600)
    var parameters = [
      ("watch", "true"), ("allowWatchBookmarks", "true"), ("resourceVersion", version),
      ("timeoutSeconds", String(seconds)),
    ]
    if !received.isComplete {
      parameters += [("sendInitialEvents", "true"), ("resourceVersionMatch", "NotOlderThan")]
    }
    let start = Clock.monotonic()
    let idle = (sendsBookmarks ? 180 : seconds + 30) * 1_000_000_000
    var failure: String?
    do {
      let answer = try await server.client.stream(
        request(parameters, timeout: (seconds + 30) * 1_000_000_000),
        idle: received.isComplete ? idle : Self.streamIdle, receive: { try await received.take($0) })
      guard answer.status == 200 else {
        // What a server says to parameters that it knows and does not serve.
        guard !received.isComplete, [400, 422].contains(answer.status) else { return refused(answer) }
        server.doesNotStream()
        return .notStreamed
      }
    } catch let status as APIStatus {
      if status.code == 410 { return .gone }
      if !received.isComplete { return status.isTooNew ? .tooNew : .notStreamed }
      return failed(status)
    } catch {
      if Task.isCancelled { return .failed(retryAfter: nil) }
      if error is SilenceError, !received.isComplete {
        if received.hasBegun { server.doesNotStream() }
        return .notStreamed
      }
      // A connection that could not be made is a failure, one that was cut is an end like any other.
      guard received.hasBegun else { return failed(error) }
      failure = String(describing: error)
    }
    guard received.isComplete else { return .notStreamed }
    let wasShort = !received.hasBegun && Clock.monotonic() - start < 1_000_000_000
    if wasShort, let failure { set(failure: failure) } else { set(failure: nil) }
    return .watchEnded(resourceVersion: received.resourceVersion, wasShort: wasShort)
  }

  private func failed(_ error: any Error) -> WatchMachine.Event {
    if !Task.isCancelled { set(failure: "\(key.resource.rawValue): \(error)") }
    return .failed(retryAfter: nil)
  }

  private func refused(_ answer: WebAnswer) -> WatchMachine.Event {
    let status = APIStatus(answer)
    if status.code == 410 { return .gone }
    if status.isTooNew { return .tooNew }
    set(failure: "\(key.resource.rawValue): \(status)")
    return .failed(retryAfter: answer["Retry-After"].flatMap { Int64($0) }.map { $0 * 1_000_000_000 })
  }
}
