import Bytes
public import Delivery
import Glibc
import LogModel
public import Pipeline
public import Positions
public import Syscalls
public import Telemetry

/// What a reader is made of.
public struct ReaderSetup: Sendable {
  public var files: any FileSystem
  /// One per scrape config, by its place.
  public var pipelines: [CompiledPipeline]
  public var clientNames: [String]
  public var lanes: [LaneSettings]
  public var makeQueue: @Sendable (Int, String?) -> BatchQueue
  public var positions: PositionTable
  public var metrics: TailingMetrics
  public var log: Log
  /// `file_watch_config` where it was written: nanoseconds between two looks at a file, instead of being told by the kernel.
  public var pollInterval: Int64?

  public init(
    files: any FileSystem, pipelines: [CompiledPipeline], clientNames: [String], lanes: [LaneSettings],
    makeQueue: @escaping @Sendable (Int, String?) -> BatchQueue, positions: PositionTable, metrics: TailingMetrics,
    log: Log, pollInterval: Int64?
  ) {
    self.files = files
    self.pipelines = pipelines
    self.clientNames = clientNames
    self.lanes = lanes
    self.makeQueue = makeQueue
    self.positions = positions
    self.metrics = metrics
    self.log = log
    self.pollInterval = pollInterval
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
  /// How often a file that cannot be opened is tried again: nanoseconds.
  static let openRetry: Int64 = 1_000_000_000
  static let streamLimit = 50_000

  let setup: ReaderSetup
  let inbox: ReaderInbox
  var runners: [PipelineRunner]
  var lanes: Lanes
  var streams = StreamTable()
  var block = EntryBlock()
  var buffer = ByteBuffer(capacity: Reader.chunkSize)
  var files: [TailedFile?] = []
  var lives: [UInt32] = []
  var free: [UInt32] = []
  var current: [FileKey: TailedFile] = [:]
  /// The file that a path referred to before it was renamed: it is read to its end before the next one there.
  var renamedFrom: [FileKey: UInt32] = [:]
  var byWatch: [Int32: [TailedFile]] = [:]
  var ready: [TailedFile] = []
  /// Files that could not be opened, such as for want of permission; tried again now and then.
  var unopened: [FileKey: FileSighting] = [:]
  var inotify: Inotify?
  var isDraining = false
  var isFinished = false
  var nextPoll: Int64 = 0
  /// When a held block or a rate is to be looked at, on the monotonic clock: nanoseconds.
  var nextDue: Int64 = .max
  var used: [Int] = []

  init(setup: ReaderSetup, inbox: ReaderInbox) {
    self.setup = setup
    self.inbox = inbox
    runners = setup.pipelines.map { PipelineRunner($0) }
    lanes = Lanes(setup.lanes, makeQueue: setup.makeQueue)
  }

  /// The thread's body, until it is told to finish.
  mutating func run() {
    guard let poller = try? Poller() else { return }
    defer { poller.close() }
    try? poller.add(inbox.wake.descriptor)
    if setup.pollInterval == nil { inotify = try? Inotify() }
    if let inotify { try? poller.add(inotify.descriptor) }
    defer { inotify?.close() }
    while true {
      for message in inbox.takeAll() { handle(message) }
      if isFinished { return }
      handleEvents()
      let now = Clock.monotonic()
      if now >= nextPoll { poll(now) }
      readSome()
      if Clock.monotonic() >= nextDue { handleDue(Clock.monotonic()) }
      lanes.sealDue(now: Clock.monotonic(), streams: streams)
      if !ready.isEmpty { continue }
      let wake = min(nextPoll, nextDue, lanes.nextDue ?? .max)
      poller.wait(nanoseconds: max(0, wake - Clock.monotonic()))
    }
  }

  // MARK: - Messages

  private mutating func handle(_ message: ReaderMessage) {
    switch message {
    case .sighted(let sighting): sighted(sighting)
    case .renamed(let former, let sighting): renamed(former, sighting)
    case .vanished(let key):
      if let never = unopened.removeValue(forKey: key) {
        // Nobody holds it open, so another file may get its identity.
        inbox.noteClosed(target: key.target, identity: never.identity)
      }
      if let file = current.removeValue(forKey: key) { rotate(file) }
    case .release(let key):
      unopened[key] = nil
      if let file = current.removeValue(forKey: key) { close(file, keeping: true) }
    case .settled(let tickets): settled(tickets)
    case .drain(let done):
      isDraining = true
      ready.removeAll()
      lanes.sealAll(streams: streams)
      done()
    case .finish:
      for file in files { if let file { close(file, keeping: true) } }
      isFinished = true
    }
  }

  private mutating func settled(_ tickets: [AckTicket]) {
    var moved: Set<UInt32> = []
    for ticket in tickets {
      guard let file = files[Int(ticket.file)], file.life == ticket.life else { continue }
      if file.ledgers[Int(ticket.client)].release(ticket.span) { moved.insert(ticket.file) }
    }
    for number in moved { if let file = files[Int(number)] { report(file) } }
    for case let file? in files where file.isBlocked { enqueue(file) }
  }

  private func report(_ file: TailedFile) {
    file.stamps.forget(before: file.ledgers.lazy.map(\.acked).min() ?? 0)
    setup.positions.update(file.position) { position in
      for (index, name) in setup.clientNames.enumerated() { position.offsets[name] = file.ledgers[index].acked }
      position.fingerprint = file.fingerprint
      position.isRotated = file.isRotated
    }
  }

  private mutating func enqueue(_ file: TailedFile) {
    if file.isQueued || isDraining { return }
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
    for watch in touched { for file in byWatch[watch] ?? [] { enqueue(file) } }
    if lost { for case let file? in files { enqueue(file) } }
  }

  /// Looks at files that no event tells of, and lets go of rotated ones that are done.
  private mutating func poll(_ now: Int64) {
    var interval = setup.pollInterval ?? Self.safetyPoll
    for case let file? in files {
      if case .rotated(let since) = file.phase {
        let wait = current[file.key] == nil ? Self.orphanWait : Self.rotatedWait
        if file.isAtEnd, now - since >= wait { finishRotated(file) } else { enqueue(file) }
        interval = min(interval, 1_000_000_000)
      } else if file.watch == nil {
        enqueue(file)
        interval = min(interval, setup.pollInterval ?? 250_000_000)
      } else {
        enqueue(file)
      }
      if case .success(let status) = setup.files.status(of: file.handle) { file.fileBytes.set(Double(status.size)) }
    }
    let waiting = unopened.values
    unopened.removeAll()
    for sighting in waiting { sighted(sighting, isRepeated: true) }
    if !unopened.isEmpty { interval = min(interval, Self.openRetry) }
    nextPoll = now + interval
  }

  // MARK: - Files come and go

  private mutating func sighted(_ sighting: FileSighting, isRepeated: Bool = false) {
    let old = current.removeValue(forKey: sighting.key)
    if let old { rotate(old) }
    let renamed = renamedFrom.removeValue(forKey: sighting.key).flatMap { files[Int($0)] }
    let known = setup.positions.known(path: sighting.key.path, job: sighting.target.jobName)
    let wasOther = !known.isEmpty && !known.contains { $0.identity == sighting.identity }
    let predecessor = old ?? renamed ?? openRotatedAway(sighting, known)
    guard let file = open(sighting, wasOther: wasOther, isRepeated: isRepeated) else {
      unopened[sighting.key] = sighting
      nextPoll = min(nextPoll, Clock.monotonic() + Self.openRetry)
      return
    }
    file.predecessor = predecessor
    predecessor?.successor = file
    current[sighting.key] = file
    enqueue(file)
  }

  /// A rotated file whose new name matches too goes on as the same file.
  private mutating func renamed(_ former: FileKey, _ sighting: FileSighting) {
    let key = sighting.key
    let held = files.lazy.compactMap { $0 }.last { $0.key == former && $0.identity == sighting.identity }
    guard let file = held else {
      // Let go of meanwhile, or never opened: then it is as good as new.
      sighted(sighting)
      return
    }
    if current[former] === file { current[former] = nil }
    if file.isRotated {
      file.phase = .current
      setup.metrics.rotatedOpen.add(-1)
      setup.metrics.filesActive.add(1)
    } else {
      setup.metrics.forget(path: former.path)
    }
    file.rename(to: key, setup.metrics)
    current[key] = file
    renamedFrom[former] = file.number
    setup.positions.update(file.position) {
      $0.path = key.path
      $0.isRotated = false
    }
    enqueue(file)
  }

  /// The file that lay under the path when the last run ended, if it was renamed since: its rest is read first.
  private mutating func openRotatedAway(_ sighting: FileSighting, _ known: [FilePosition]) -> TailedFile? {
    let known = known.filter { $0.identity != sighting.identity }
    if known.isEmpty { return nil }
    let path = sighting.key.path
    let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    guard case .success(let entries) = setup.files.entries(of: directory.isEmpty ? "/" : directory) else { return nil }
    for entry in entries where entry.kind != .directory {
      let candidate = directory + "/" + entry.name
      guard case .success(let status) = setup.files.status(at: candidate), status.kind == .regular,
        let position = known.first(where: { $0.identity == status.identity }), status.size > position.acked
      else { continue }
      var old = sighting
      old.identity = status.identity
      guard let file = open(old, rotated: candidate, wasOther: false) else { continue }
      rotate(file)
      setup.log.info("reads the rest of a file that was rotated meanwhile", ("path", path), ("now", candidate))
      return file
    }
    return nil
  }

  /// - Parameters:
  ///   - rotated: where the file lies if it is no longer under its path.
  ///   - wasOther: the path referred to another file when the last run ended.
  ///   - isRepeated: a failure has been told of before.
  private mutating func open(
    _ sighting: FileSighting, rotated: String? = nil, wasOther: Bool, isRepeated: Bool = false
  ) -> TailedFile? {
    let path = rotated ?? sighting.key.path
    let handle: FileHandle
    switch setup.files.openForReading(path) {
    case .failure(let error):
      setup.metrics.openFailures.add()
      if !isRepeated { setup.log.error("cannot open file; will try again", ("path", path), ("error", error)) }
      return nil
    case .success(let opened): handle = opened
    }
    guard case .success(let status) = setup.files.status(of: handle), status.kind == .regular else {
      setup.files.close(handle)
      return nil
    }
    var sighting = sighting
    sighting.identity = status.identity
    let (start, fingerprint, stamps) = resume(sighting, handle, status, wasOther: wasOther)
    var labels = sighting.target.labels
    labels["filename"] = sighting.key.path
    let state = setup.pipelines[sighting.target.job].makeState(labels: labels)
    var groups: [ReadGroup] = []
    for (client, name) in setup.clientNames.enumerated() {
      let offset = start.offsets[name] ?? 0
      if let place = groups.firstIndex(where: { $0.offset == offset }) {
        groups[place].clients.insert(ClientSet(client: client))
      } else {
        groups.append(ReadGroup(clients: ClientSet(client: client), offset: offset, state: state))
      }
    }
    let number = free.popLast() ?? UInt32(files.count)
    if Int(number) == files.count {
      files.append(nil)
      lives.append(0)
    }
    lives[Int(number)] += 1
    var position = FilePosition(
      path: sighting.key.path, job: sighting.target.jobName, identity: status.identity, fingerprint: fingerprint,
      offsets: start.offsets, isRotated: rotated != nil)
    position.stamps = stamps
    let file = TailedFile(
      number: number, life: lives[Int(number)], sighting: sighting, handle: handle, fingerprint: fingerprint,
      stamps: stamps, groups: groups, ledgers: setup.clientNames.map { AckLedger(acked: start.offsets[$0] ?? 0) },
      position: setup.positions.register(position), metrics: setup.metrics)
    files[Int(number)] = file
    file.fileBytes.set(Double(status.size))
    setup.metrics.filesActive.add(1)
    if let inotify, case .success(let watch) = inotify.watch(handle) {
      file.watch = watch
      byWatch[watch, default: []].append(file)
    }
    return file
  }

  private func resume(
    _ sighting: FileSighting, _ handle: FileHandle, _ status: FileStatus, wasOther: Bool
  ) -> (Resume, Fingerprint, ReadStamps) {
    let path = sighting.key.path
    let records = setup.positions.known(path: path, job: sighting.target.jobName)
    var known = records.first { $0.identity == status.identity }
    if let candidate = known, fingerprint(handle, length: candidate.fingerprint.length) != candidate.fingerprint {
      // The inode was given to another file, or this one was written anew.
      known = nil
    }
    let resume = Resume(
      known: known, inherited: setup.positions.inherited(path: path),
      wasOther: wasOther || (known == nil && !records.isEmpty), size: status.size,
      clients: setup.clientNames)
    return (resume, fingerprint(handle, length: Fingerprint.full), known?.stamps ?? ReadStamps())
  }

  private func fingerprint(_ handle: FileHandle, length: Int) -> Fingerprint {
    if length == 0 { return .empty }
    return withUnsafeTemporaryAllocation(byteCount: Fingerprint.full, alignment: 8) { bytes in
      let wanted = UnsafeMutableRawBufferPointer(rebasing: bytes[..<min(length, Fingerprint.full)])
      guard case .success(let count) = setup.files.read(handle, at: 0, into: wanted) else { return .empty }
      return Fingerprint(length: count, hash: Hash.bytes(UnsafeRawBufferPointer(rebasing: wanted[..<count])))
    }
  }

  /// The path refers to another file now, or to none; this one is read to its end.
  private mutating func rotate(_ file: TailedFile) {
    file.phase = .rotated(quietSince: Clock.monotonic())
    file.isAtEnd = false
    setup.metrics.filesActive.add(-1)
    setup.metrics.rotatedOpen.add(1)
    setup.metrics.forget(path: file.key.path)
    report(file)
    enqueue(file)
    nextPoll = min(nextPoll, Clock.monotonic() + 1_000_000_000)
  }

  /// A rotated file has been quiet long enough: a last line without end is sent, then the file is let go.
  private mutating func finishRotated(_ file: TailedFile) {
    for index in file.groups.indices {
      guard case .success(let status) = setup.files.status(of: file.handle), status.size > file.groups[index].offset
      else { continue }
      _ = readChunk(file, index, clients: file.groups[index].clients, isLast: true)
    }
    if isPaused(file) { return }
    letGo(file)
    if file.isAcked { close(file, keeping: false) }
  }

  private mutating func close(_ file: TailedFile, keeping: Bool) {
    report(file)
    if keeping { setup.positions.release(file.position) } else { setup.positions.forget(file.position) }
    if let watch = file.watch {
      byWatch[watch]?.removeAll { $0 === file }
      if byWatch[watch]?.isEmpty == true {
        byWatch[watch] = nil
        inotify?.remove(watch)
      }
    }
    setup.files.close(file.handle)
    if file.isRotated {
      setup.metrics.rotatedOpen.add(-1)
      inbox.noteClosed(target: file.key.target, identity: file.identity)
    } else {
      setup.metrics.filesActive.add(-1)
      setup.metrics.forget(path: file.key.path)
    }
    renamedFrom = renamedFrom.filter { $0.value != file.number }
    files[Int(file.number)] = nil
    free.append(file.number)
    ready.removeAll { $0 === file }
  }
}
