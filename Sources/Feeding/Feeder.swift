import Bytes
public import Delivery
import LogModel
import Pipeline
public import Positions
import Syscalls
public import Telemetry

/// What the feeder is made of.
public struct FeederSetup: Sendable {
  /// By their places.
  public var clients: [ReadingClient]
  /// Makes the queue of a client and tenant; what is settled is told to the last argument.
  public var makeQueue: @Sendable (Int, String?, @escaping @Sendable ([AckTicket]) -> Void) -> BatchQueue
  public var positions: PositionTable
  public var metrics: FeedingMetrics
  public var log: Log

  public init(
    clients: [ReadingClient],
    makeQueue: @escaping @Sendable (Int, String?, @escaping @Sendable ([AckTicket]) -> Void) -> BatchQueue,
    positions: PositionTable, metrics: FeedingMetrics, log: Log
  ) {
    self.clients = clients
    self.makeQueue = makeQueue
    self.positions = positions
    self.metrics = metrics
    self.log = log
  }
}

/// Runs what sources hand over through pipelines and puts it into batches. One thread owns all of it; others speak to it
/// through its inbox.
struct Feeder: ~Copyable {
  /// How long the end of a source waits for acknowledgements before it lets the next one go on: nanoseconds.
  private static let endWait: Int64 = 5_000_000_000
  /// How long a block that is due waits where its lines cannot be run: nanoseconds.
  private static let blockedWait: Int64 = 50_000_000
  private static let streamLimit = 50_000

  private let setup: FeederSetup
  private let inbox: FeederInbox
  private var lanes: Lanes
  private var streams = StreamTable()
  private var block = EntryBlock()
  private var sources: [UInt32: FedSource] = [:]
  /// Those that wait for something: room, a rate, a block to be let go, their end.
  private var watched: [FedSource] = []
  private var used: [Int] = []
  private var isDraining = false
  private var isFinished = false

  init(_ setup: FeederSetup, inbox: FeederInbox) {
    self.setup = setup
    self.inbox = inbox
    lanes = Lanes(setup.clients.map(\.lane)) { client, tenant in
      setup.makeQueue(client, tenant) { inbox.put(.settled($0)) }
    }
  }

  /// The thread's body, until it is told to finish.
  mutating func run() {
    // Whoever waits for an answer gets one.
    defer { inbox.close() }
    guard let poller = try? Poller() else {
      return setup.log.error("no descriptor for the feeder: nothing but files is read")
    }
    defer { poller.close() }
    try? poller.add(inbox.wake.descriptor)
    while true {
      for message in inbox.takeAll() { handle(message) }
      if isFinished { break }
      let due = goOn(Clock.monotonic())
      poller.wait(nanoseconds: due == .max ? nil : max(0, due - Clock.monotonic()))
    }
  }

  private mutating func handle(_ message: FeederMessage) {
    switch message {
    case .open(let feed, let client, let pipeline):
      sources[feed.number] = FedSource(feed, client: client, pipeline: pipeline)
    case .chunk(let number, let chunk, let taken):
      guard !isDraining, let source = sources[number], !source.feed.isClosed else { return taken(false) }
      source.accept(chunk, taken: taken)
      watch(source)
    case .closed(let number): if let source = sources[number] { watch(source) }
    case .end(let number, let end, let done):
      guard let source = sources[number] else { return done() }
      source.ended = FedSource.Ended(end: end, until: nil, done: done)
      watch(source)
      if case .forget = end { flush(source, isDone: true) }
      lanes.sealAll(streams: streams)
    case .clients(let change): adopt(change)
    case .settled(let tickets): settled(tickets)
    case .drain(let done):
      isDraining = true
      for source in sources.values { putAside(source) }
      lanes.sealAll(streams: streams)
      done()
    case .finish:
      for source in sources.values { source.ended?.done() }
      sources.removeAll()
      watched.removeAll()
      isFinished = true
    }
  }

  private mutating func adopt(_ change: ClientChange) {
    for place in change.removed {
      for source in sources.values where source.client == place {
        putAside(source)
        source.ended?.done()
        sources[source.feed.number] = nil
      }
      lanes.remove(client: place)
    }
    for (place, client) in change.added { lanes.add(client.lane, at: place) }
  }

  /// A chunk that was not run stays where it came from.
  private func putAside(_ source: FedSource) {
    source.pending?.taken(false)
    source.pending = nil
  }

  private mutating func settled(_ tickets: [AckTicket]) {
    var moved: Set<UInt32> = []
    for ticket in tickets {
      guard let source = sources[ticket.file] else { continue }
      if source.ledger.release(ticket.span) { moved.insert(ticket.file) }
    }
    for number in moved { if let source = sources[number] { report(source) } }
  }

  private func report(_ source: FedSource) {
    guard let place = source.takeAcked() else { return }
    setup.positions.update(source.feed.key, client: source.feed.client, place)
  }

  // MARK: - What there is to do

  private mutating func watch(_ source: FedSource) {
    if source.isWatched { return }
    source.isWatched = true
    watched.append(source)
  }

  /// Runs what has room, and whatever is due.
  /// - Returns: when to look again if nothing happens meanwhile, on the monotonic clock in nanoseconds.
  private mutating func goOn(_ now: Int64) -> Int64 {
    var due = Int64.max
    var behind = 0
    let round = watched
    watched.removeAll(keepingCapacity: true)
    for source in round {
      source.isWatched = false
      guard sources[source.feed.number] === source else { continue }
      if source.feed.isClosed { putAside(source) }
      if source.pending != nil, !isDraining, source.pausedUntil <= now {
        if hasRoom(source) { run(source, now) } else { behind += 1 }
      }
      if let flush = source.nextFlush, flush <= now, source.pending == nil, !isDraining {
        self.flush(source, isDone: false)
      }
      if let left = rest(of: source, now) {
        watch(source)
        due = min(due, left)
      }
    }
    setup.metrics.behind.set(Double(behind))
    lanes.sealDue(now: now, streams: streams)
    if streams.count > Self.streamLimit {
      lanes.sealAll(streams: streams)
      lanes.forgetStreams()
      streams.removeAll()
      for source in sources.values { source.used.removeAll() }
    }
    return min(due, lanes.nextDue ?? .max)
  }

  /// When the source is to be looked at again though nothing happens, .max for not before something does; nil where it
  /// waits for nothing, or is gone.
  private mutating func rest(of source: FedSource, _ now: Int64) -> Int64? {
    var due: Int64?
    if source.pending != nil { due = source.pausedUntil > now ? source.pausedUntil : .max }
    if let flush = source.nextFlush { due = min(due ?? .max, max(flush, now + Self.blockedWait)) }
    guard var ended = source.ended else { return due }
    if source.feed.isClosed, ended.until == nil { ended.until = now + Self.endWait }
    source.ended = ended
    if source.isAcked || ended.until ?? .max <= now {
      finish(source, ended)
      return nil
    }
    return min(due ?? .max, ended.until ?? .max)
  }

  private mutating func hasRoom(_ source: FedSource) -> Bool {
    if !source.used.isEmpty { return lanes.hasRoom(source.used) }
    guard let pending = source.pending, let first = pending.states.first else { return true }
    let stream = streams.intern(source.states[first].labels)
    return lanes.hasRoom([lanes.lane(of: stream, client: source.client, in: streams)])
  }

  /// Runs the chunk that waits, as far as a rate allows.
  private mutating func run(_ source: FedSource, _ now: Int64) {
    guard var pending = source.pending else { return }
    block.removeAll()
    source.pausedUntil = 0
    let base = source.offset
    let first = pending.next
    let entries = pending.chunk.entries
    pending.chunk.bytes.withUnsafeBufferPointer { bytes in
      // An array of none has no address.
      let chunk = bytes.baseAddress ?? UnsafePointer(block.made.base)
      entries.withUnsafeBufferPointer { entries in
        while pending.next < entries.count, source.pausedUntil <= now {
          let labels = entries[pending.next].labels
          var end = pending.next + 1
          while end < entries.count, entries[end].labels == labels { end += 1 }
          let state = pending.states[Int(labels)]
          pending.next += source.runner.run(
            UnsafeBufferPointer(rebasing: entries[pending.next..<end]), of: chunk, offset: base, now: now,
            state: &source.states[state], streams: &streams, into: &block)
          source.pausedUntil = source.states[state].pausedUntil
        }
      }
      let isDone = pending.next == entries.count
      let reached = isDone ? UInt64(bytes.count) + 1 : UInt64(entries[pending.next].start)
      deliver(source, chunk: chunk, base: base, end: base + reached, now: now)
      source.pending = isDone ? nil : pending
      if isDone {
        source.offset = base + reached
        source.note(pending.chunk.place)
        report(source)
      }
    }
    let count = pending.next - first
    setup.metrics.entries.add(count)
    source.feed.note(
      entries: count, lastTime: count == 0 ? 0 : entries[pending.next - 1].time.nanosecondsSince1970)
    if source.pending == nil { pending.taken(true) }
  }

  private mutating func flush(_ source: FedSource, isDone: Bool) {
    let now = Clock.monotonic()
    block.removeAll()
    for index in source.states.indices where isDone || (source.states[index].nextFlush ?? .max) <= now {
      source.runner.flush(
        isDone: isDone, now: now, readTime: Clock.wall(), state: &source.states[index], streams: &streams, into: &block)
    }
    deliver(source, chunk: UnsafePointer(block.made.base), base: source.offset, end: source.offset, now: now)
    report(source)
  }

  /// Puts the entries of the block into batches.
  private mutating func deliver(
    _ source: FedSource, chunk: UnsafePointer<UInt8>, base: UInt64, end: UInt64, now: Int64
  ) {
    let done = min(end, source.hold ?? end)
    let span = source.ledger.open(end: max(done, source.ledger.end))
    var ticket = AckTicket(file: source.feed.number, life: 0, client: UInt32(source.client), span: span)
    lanes.append(
      block, chunk: chunk, offset: base, client: source.client, streams: streams, ticket: &ticket,
      ledger: &source.ledger, used: &used, now: now)
    if !used.isEmpty { source.used = used }
    _ = source.ledger.release(ticket.span)
  }

  /// Lets a source go that has ended.
  private mutating func finish(_ source: FedSource, _ ended: FedSource.Ended) {
    if case .forget = ended.end, source.isAcked {
      setup.positions.forget(source.feed.key, client: source.feed.client)
    }
    sources[source.feed.number] = nil
    ended.done()
  }
}
