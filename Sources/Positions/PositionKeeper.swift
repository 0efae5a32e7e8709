import Synchronization
public import Syscalls
public import Telemetry

/// Reads the positions at the start and writes them down every sync period, on a thread of its own.
public final class PositionKeeper: Sendable {
  public let table: PositionTable
  private let path: String
  private let files: any FileSystem
  private let log: Log
  private let failures: Counter
  private let wake: WakeUp
  private let thread: WorkerThread?
  private let stop: StopFlag
  private let journal: StampJournal?

  /// What keeps the agent from starting.
  public struct Failure: Error, CustomStringConvertible {
    public var description: String
  }

  /// - Parameters:
  ///   - path: of positions.yaml.
  ///   - syncPeriod: nanoseconds; nil never writes, for a dry run.
  public init(path: String, syncPeriod: Int64?, files: any FileSystem, log: Log, registry: MetricRegistry) throws {
    self.path = path
    self.files = files
    self.log = log
    failures = registry.counter(
      "swiftail_positions_write_failures_total", "Attempts to write the positions file that failed."
    ).with()
    table = try Self.load(path: path, files: files, log: log)
    wake = try WakeUp()
    stop = StopFlag()
    guard let syncPeriod else {
      journal = nil
      thread = nil
      return
    }
    let journal = StampJournal(path: Self.journalPath(path), table: table, files: files)
    self.journal = journal
    let loop = WriteLoop(
      path: path, period: syncPeriod, table: table, files: files, log: log, failures: failures, wake: wake, stop: stop,
      journal: journal)
    thread = try WorkerThread(name: "positions") { loop.run() }
  }

  /// Writes a last time and ends the thread. Blocks.
  public func close() {
    stop.raise()
    wake.signal()
    thread?.join()
    wake.close()
  }

  /// Puts on disk when the lines were read that are about to be sent. One write for all that was read since the last.
  public func saveStamps() { journal?.save() }

  private static func journalPath(_ path: String) -> String { identityPath(path) + ".stamps" }

  static func identityPath(_ path: String) -> String { path + ".swiftail" }

  private static func load(path: String, files: any FileSystem, log: Log) throws -> PositionTable {
    var inherited: [String: String] = [:]
    var known: [FilePosition] = []
    switch files.readWhole(path) {
    case .failure(.noSuchFile): break
    case .failure(let error): throw Failure(description: "positions: cannot read \(path): \(error)")
    case .success(let bytes):
      let content = PositionsFile.parse(bytes)
      inherited = content.entries
      if let problem = content.problem {
        let aside = path + ".broken"
        _ = files.replace(aside, with: bytes, mode: 0o600)
        log.warn(
          "positions file is broken; what can be read of it is used", ("file", path), ("line", problem.line),
          ("reason", problem.reason), ("entries", inherited.count), ("kept_as", aside))
      }
      for (key, value) in inherited where !key.hasPrefix("cursor-") && !key.hasPrefix("journal-") {
        if UInt64(value) == nil {
          log.warn("position is no number; the file is read from its beginning", ("path", key), ("value", value))
          inherited[key] = nil
        }
      }
    }
    if case .success(let bytes) = files.readWhole(identityPath(path)) {
      if let parsed = IdentityFile.parse(bytes) {
        known = parsed
      } else {
        log.warn("identity file is broken and is not used", ("file", identityPath(path)))
      }
    }
    if case .success(let bytes) = files.readWhole(journalPath(path)) { IdentityFile.addJournal(bytes, to: &known) }
    return PositionTable(inherited: inherited, known: known)
  }
}

/// The file that stamps go to between two writes of the identity file, which then holds them too.
private final class StampJournal: Sendable {
  private let path: String
  private let table: PositionTable
  private let files: any FileSystem
  /// Whether the journal holds anything; held while either file is written.
  private let isUsed = Mutex(true)

  init(path: String, table: PositionTable, files: any FileSystem) {
    self.path = path
    self.table = table
    self.files = files
  }

  func save() {
    isUsed.withLock { isUsed in
      let text = Array(table.takeUnsavedStamps().utf8)
      if text.isEmpty { return }
      isUsed = true
      // Without it a crash may leave copies; that is no reason not to send.
      _ = files.append(path, text, mode: 0o600)
    }
  }

  /// Runs `write`, which puts all stamps into the identity file, and begins the journal anew if it succeeded.
  func whileReplaced(_ write: () -> Bool) {
    isUsed.withLock { isUsed in
      guard write(), isUsed else { return }
      if case .success = files.replace(path, with: [], mode: 0o600) { isUsed = false }
    }
  }
}

/// Set once, read by another thread.
final class StopFlag: Sendable {
  private let raised = Counter()
  func raise() { raised.add() }
  var isRaised: Bool { raised.current > 0 }
}

/// The thread's body: writes what changed, every period and at the end.
private struct WriteLoop: Sendable {
  let path: String
  let period: Int64
  let table: PositionTable
  let files: any FileSystem
  let log: Log
  let failures: Counter
  let wake: WakeUp
  let stop: StopFlag
  let journal: StampJournal

  func run() {
    guard let poller = try? Poller(), (try? poller.add(wake.descriptor)) != nil else { return }
    defer { poller.close() }
    while true {
      poller.wait(nanoseconds: period)
      wake.clear()
      let stopping = stop.isRaised
      journal.whileReplaced(write)
      if stopping { return }
    }
  }

  /// False when nothing was written.
  private func write() -> Bool {
    let changes = table.takeChanges { path in
      if case .success = files.status(at: path) { return true }
      return false
    }
    guard let (entries, known) = changes else { return false }
    // The identity file first: it is only believed where positions.yaml does not contradict it.
    let parts = [
      (PositionKeeper.identityPath(path), IdentityFile.text(known)), (path, PositionsFile.text(entries)),
    ]
    for (file, text) in parts {
      if case .failure(let error) = files.replace(file, with: Array(text.utf8), mode: 0o600) {
        failures.add()
        table.markDirty()
        log.error("cannot write positions; shipping goes on", ("file", file), ("error", error))
        return false
      }
    }
    return true
  }
}
