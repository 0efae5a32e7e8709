import Bytes
public import Delivery
import LogModel
import Pipeline
public import Positions
public import Syscalls
public import Telemetry
import TextEncoding

/// What a reader is made of.
public struct ReaderSetup: Sendable {
  public var files: any FileSystem
  public var clocks: any Clocks
  /// By the number that targets name them with.
  public var jobs: [Int: ReadingJob]
  public var clients: [ReadingClient]
  public var makeQueue: @Sendable (Int, String?) -> BatchQueue
  public var positions: PositionTable
  public var metrics: TailingMetrics
  public var log: Log
  /// `file_watch_config` where it was written: nanoseconds between two looks at a file, instead of being told by the kernel.
  public var pollInterval: Int64?
  public var rotatedLimits: RotatedLimits

  public init(
    files: any FileSystem, clocks: any Clocks = SystemClocks(), jobs: [Int: ReadingJob], clients: [ReadingClient],
    makeQueue: @escaping @Sendable (Int, String?) -> BatchQueue, positions: PositionTable, metrics: TailingMetrics,
    log: Log, pollInterval: Int64?, rotatedLimits: RotatedLimits = .standard
  ) {
    self.files = files
    self.clocks = clocks
    self.jobs = jobs
    self.clients = clients
    self.makeQueue = makeQueue
    self.positions = positions
    self.metrics = metrics
    self.log = log
    self.pollInterval = pollInterval
    self.rotatedLimits = rotatedLimits
  }
}

/// Reads its share of the files: waits until one has changed, reads a chunk, runs its lines through the pipeline and
/// puts the entries into batches. One thread owns all of it; others speak to it through its inbox.
struct Reader: ~Copyable {
  /// Bytes read at once.
  static let chunkSize = 256 << 10
  /// A line is cut here: bytes. Promtail has no limit, so this one only keeps memory bounded.
  static let longestLine = 64 << 20
  /// How long a rotated file stays open after its last line, nanoseconds: its writer may not have reopened yet.
  static let rotatedWait: Int64 = 5_000_000_000
  /// The same where nothing took the file's place: the writer may still hold it.
  static let orphanWait: Int64 = 300_000_000_000
  /// All files are looked at this often, since events can be lost: nanoseconds.
  static let safetyPoll: Int64 = 10_000_000_000
  /// What a file that waits for room may have to read and goes first: bytes.
  static let little: UInt64 = 16 << 10
  /// How often a file that cannot be opened or read is tried again: nanoseconds.
  static let openRetry: Int64 = 1_000_000_000
  /// File systems stamp files with a clock that is behind the real one by up to this: nanoseconds.
  static let coarseTime: Int64 = 20_000_000
  /// Events are gathered for this part of the shortest `batchwait`, and for no longer than that: nanoseconds. Batches are
  /// no later for it, since their age counts from the first event.
  static let gatheredPart: Int64 = 5
  static let longestGathering: Int64 = 200_000_000
  /// A file that is written to again within this is busy, and events are gathered for a quarter of the time: nanoseconds.
  /// What it holds unread is lost where it is truncated and its copy lies elsewhere.
  static let busySpan: Int64 = 400_000_000
  static let streamLimit = 50_000
  /// Paths of which something is remembered after their files are gone: paths come and go without end.
  static let rememberedPaths = 4096

  var setup: ReaderSetup
  let inbox: ReaderInbox
  var runners: [Int: PipelineRunner] = [:]
  var decoders: [TextEncoding: TextDecoder] = [:]
  var lanes: Lanes
  /// The clients that files are read for; others have gone by a reload.
  var clients: ClientSet
  var streams = StreamTable()
  var block = EntryBlock()
  var buffer = ByteBuffer(capacity: Reader.chunkSize)
  /// Decoded lines.
  var decoded = ByteBuffer(capacity: 4096)
  var files: [TailedFile?] = []
  var lives: [UInt32] = []
  var free: [UInt32] = []
  var current: [FileKey: TailedFile] = [:]
  /// Files that have left their path, in the order of their numbers.
  var rotated: [TailedFile] = []
  /// The file that a path referred to before it was renamed: it is read to its end before the next one there.
  var renamedFrom: [FileKey: UInt32] = [:]
  /// What lay under a path after the last file that was finished there was written later than this: nanoseconds since 1970.
  var cameAfter: [FileKey: Int64] = [:]
  /// What a path's file was before it was truncated: copies of it are known by that.
  var truncated: [FileKey: TruncatedContent] = [:]
  /// Files that are copies and are read in the place of what they were made of.
  var copies: Set<FileIdentity> = []
  var byWatch: [Int32: [TailedFile]] = [:]
  var ready: [TailedFile] = []
  /// Files that could not be opened, such as for want of permission; tried again now and then.
  var unopened: [FileKey: FileSighting] = [:]
  var inotify: Inotify?
  /// Files whose target has gone.
  var leaving: [LeavingFile] = []
  /// Counts the changes of clients.
  var clientChanges: UInt64 = 0
  /// Files that wait for room, those that had none for the longest time first.
  var blocked: [TailedFile] = []
  var isDraining = false
  var isFinished = false
  var nextPoll: Int64 = 0
  /// When a held block or a rate is to be looked at, on the monotonic clock: nanoseconds.
  var nextDue: Int64 = .max
  var used: [Int] = []
  /// When the first of what is read in this turn may have been written, where the thread waited for more; on the monotonic
  /// clock: nanoseconds.
  var writtenSince: Int64 = .max
  /// Events come one soon after another, so that looking now and then costs less than being told of each.
  private var isSteady = false
  /// Some file is busy until then, on the monotonic clock: nanoseconds.
  var busyUntil: Int64 = 0

  init(setup: ReaderSetup, inbox: ReaderInbox) {
    self.setup = setup
    self.inbox = inbox
    clients = .first(setup.clients.count)
    lanes = Lanes(setup.clients.map(\.lane), makeQueue: setup.makeQueue)
  }

  var monotonic: Int64 { setup.clocks.monotonic() }

  /// The thread's body, until it is told to finish.
  mutating func run() {
    guard let poller = try? Poller(), let letters = try? Poller() else { return }
    defer {
      poller.close()
      letters.close()
    }
    try? poller.add(inbox.wake.descriptor)
    try? letters.add(inbox.wake.descriptor)
    if setup.pollInterval == nil { inotify = try? Inotify() }
    if let inotify { try? poller.add(inotify.descriptor) }
    defer { inotify?.close() }
    while true {
      let began = monotonic
      let wake = turn()
      if isFinished { return }
      let ended = monotonic
      inbox.worked.add(Int(ended - began))
      writtenSince = .max
      if wake > 0 { rest(poller, letters, from: ended, until: wake) }
    }
  }

  /// Waits until something has to be done. What is written soon after one another is read together.
  private mutating func rest(_ poller: Poller, _ letters: Poller, from now: Int64, until wake: Int64) {
    let gathering = gathering(now)
    if isSteady {
      writtenSince = now
    } else {
      guard let ready = poller.wait(nanoseconds: max(0, wake - now)) else { return }
      guard ready == inotify?.descriptor else { return inbox.wake.clear() }
      writtenSince = monotonic
      isSteady = writtenSince - now < gathering
    }
    let left = min(gathering, max(0, wake - writtenSince))
    if letters.wait(nanoseconds: left) != nil { inbox.wake.clear() }
  }

  /// How long events are gathered: nanoseconds.
  func gathering(_ now: Int64) -> Int64 {
    var shortest = Self.longestGathering * Self.gatheredPart
    clients.forEach { shortest = min(shortest, setup.clients[$0].lane.batchWait) }
    return shortest / Self.gatheredPart / (now < busyUntil ? 4 : 1)
  }

  /// Does what there is to do now.
  /// - Returns: when to do so again if nothing happens meanwhile, on the monotonic clock; 0 for at once.
  mutating func turn() -> Int64 {
    for message in inbox.takeAll() { handle(message) }
    if isFinished { return 0 }
    handleEvents()
    if monotonic >= nextPoll { poll(monotonic) }
    readSome()
    if monotonic >= nextDue { handleDue(monotonic) }
    lanes.sealDue(now: monotonic, streams: streams)
    return ready.isEmpty ? min(nextPoll, nextDue, lanes.nextDue ?? .max) : 0
  }

  // MARK: - Messages

  private mutating func handle(_ message: ReaderMessage) {
    switch message {
    case .sighted(let sighting): sighted(sighting)
    case .renamed(let former, let sighting): renamed(former, sighting)
    case .vanished(let key):
      if var never = unopened.removeValue(forKey: key) {
        // Nobody holds it open, so another file may get its identity.
        inbox.noteClosed(target: key.target, identity: never.identity)
        // It was renamed before it was opened.
        never.identity = .none
        readMissed(never, after: lastRotated(key))
      }
      forgetWaiting(key)
      vanished(key)
    case .absent(let sighting):
      if current[sighting.key] == nil { readMissed(sighting, after: lastRotated(sighting.key)) }
    case .release(let key):
      unopened[key] = nil
      forgetWaiting(key)
      if let file = current.removeValue(forKey: key) { release(file) }
    case .settled(let tickets): settled(tickets)
    case .jobs(let jobs, let limits):
      setup.rotatedLimits = limits
      adopt(jobs)
    case .clients(let change): adopt(change)
    case .drain(let done):
      isDraining = true
      ready.removeAll()
      lanes.sealAll(streams: streams)
      done()
    case .finish:
      for case let file? in files { close(file, keeping: true) }
      isFinished = true
    }
  }

  private mutating func settled(_ tickets: [AckTicket]) {
    var moved: Set<UInt32> = []
    for ticket in tickets {
      guard let file = files[Int(ticket.file)], file.life == ticket.life else { continue }
      if file.ledgers[Int(ticket.client)].release(ticket.span) { moved.insert(ticket.file) }
    }
    for number in moved { if let file = files[Int(number)] { reportPosition(file) } }
    letTheLineGoOn()
    finishLeaving()
  }

  func reportPosition(_ file: TailedFile) {
    file.stamps.forget(before: acked(file))
    setup.positions.update(file.position) { position in
      clients.forEach { position.offsets[setup.clients[$0].name] = file.ledgers[$0].acked }
      position.fingerprint = file.fingerprint
      position.identity = file.identity
      position.isRotated = file.isRotated
    }
  }

  /// Everything before it is acknowledged by every client.
  func acked(_ file: TailedFile) -> UInt64 {
    var acked = UInt64.max
    clients.forEach { acked = min(acked, file.ledgers[$0].acked) }
    return acked == .max ? 0 : acked
  }

  mutating func enqueue(_ file: TailedFile) {
    if file.isQueued || isDraining || file.isExhausted { return }
    file.isQueued = true
    ready.append(file)
  }

  // MARK: - Events

  private mutating func handleEvents() {
    guard let inotify else { return }
    var touched: [Int32] = []
    var lost = false
    inotify.drain { event in
      if event.has(Inotify.overflow) { lost = true } else { touched.append(event.watch) }
    }
    if touched.isEmpty { isSteady = false }
    for watch in touched { for file in byWatch[watch] ?? [] { enqueue(file) } }
    if lost { for case let file? in files { enqueue(file) } }
  }

  /// Looks at files that no event tells of, and lets go of rotated ones that are done.
  private mutating func poll(_ now: Int64) {
    var interval = setup.pollInterval ?? Self.safetyPoll
    var behind = 0
    for case let file? in files {
      var isUntouched = false
      if !file.isExhausted, case .success(let status) = file.content.status {
        if file.content.compression == nil { file.series.fileBytes.set(Double(status.size)) }
        isUntouched = file.isUntouched(status)
        file.polled = status
        if isUntouched, file.isSettled, !file.isRead(to: status.size) {
          file.isReadInPieces = true
          isUntouched = false
        }
      }
      if file.isBlocked { behind += 1 }
      if case .rotated(let since) = file.phase {
        let wait = current[file.key] == nil ? Self.orphanWait : Self.rotatedWait
        if file.isExhausted || (file.isAtEnd && now - since >= wait) { finishRotated(file) } else { enqueue(file) }
        interval = min(interval, 1_000_000_000)
      } else {
        if !(isUntouched && file.isSettled) { enqueue(file) }
        if file.watch == nil { interval = min(interval, setup.pollInterval ?? 250_000_000) }
        if file.isFailing || file.notBefore > now { interval = min(interval, Self.openRetry) }
      }
    }
    setup.metrics.behind.set(Double(behind))
    finishLeaving()
    keepWithinLimits(now)
    let waiting = unopened.values
    unopened.removeAll()
    for sighting in waiting { sighted(sighting, isRepeated: true) }
    if !unopened.isEmpty { interval = min(interval, Self.openRetry) }
    nextPoll = now + interval
  }

  /// Lets go of rotated files that clients do not take, beyond what may be held.
  private mutating func keepWithinLimits(_ now: Int64) {
    let held = rotated.map { RotatedLimits.Held(number: $0.number, since: $0.rotatedSince, lag: $0.lag) }
    for (number, limit) in setup.rotatedLimits.excess(held, now: now) {
      guard let file = files[Int(number)] else { continue }
      let lag = file.lag
      if lag > 0 {
        setup.metrics.givenUpBytes.with(limit.rawValue).add(Int(lag))
        setup.log.error(
          "rotated file is given up unread: clients do not take its lines", ("path", file.key.path), ("bytes", lag),
          ("limit", limit.rawValue), ("hint", "raise limits_config.\(limit.rawValue)"))
      }
      close(file, keeping: false)
    }
  }
}
