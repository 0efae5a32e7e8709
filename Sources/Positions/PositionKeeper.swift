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
    if let syncPeriod {
      let loop = WriteLoop(
        path: path, period: syncPeriod, table: table, files: files, log: log, failures: failures, wake: wake, stop: stop
      )
      thread = try WorkerThread(name: "positions") { loop.run() }
    } else {
      thread = nil
    }
  }

  /// Writes a last time and ends the thread. Blocks.
  public func close() {
    stop.raise()
    wake.signal()
    thread?.join()
    wake.close()
  }

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
    return PositionTable(inherited: inherited, known: known)
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

  func run() {
    guard let poller = try? Poller(), (try? poller.add(wake.descriptor)) != nil else { return }
    defer { poller.close() }
    while true {
      let stopping = stop.isRaised
      write()
      if stopping { return }
      poller.wait(nanoseconds: period)
      wake.clear()
    }
  }

  private func write() {
    let changes = table.takeChanges { path in
      if case .success = files.status(at: path) { return true }
      return false
    }
    guard let (entries, known) = changes else { return }
    // The identity file first: it is only believed where positions.yaml does not contradict it.
    let parts = [
      (PositionKeeper.identityPath(path), IdentityFile.text(known)), (path, PositionsFile.text(entries)),
    ]
    for (file, text) in parts {
      if case .failure(let error) = files.replace(file, with: Array(text.utf8), mode: 0o600) {
        failures.add()
        table.markDirty()
        log.error("cannot write positions; shipping goes on", ("file", file), ("error", error))
        return
      }
    }
  }
}
