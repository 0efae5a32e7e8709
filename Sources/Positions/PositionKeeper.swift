import Synchronization
import Syscalls
public import Telemetry

/// Reads the positions at the start and saves them every sync period, on a thread of its own.
public final class PositionKeeper: Sendable {
  /// A new file is on disk after this at the latest: nanoseconds. It may be rotated away while nothing runs.
  private static let newFileDelay: Int64 = 1_000_000_000

  public let table: PositionTable
  private let writer: PositionWriter
  private let wake: WakeUp
  private let thread: WorkerThread?
  private let isStopping = StopFlag()

  /// - Parameter syncPeriod: nanoseconds; nil never saves, for a dry run.
  /// - Throws: `PositionStorageError`, or `Errno` when the system gives no thread.
  public init(
    storage: any PositionStorage, syncPeriod: Int64?, exists: @escaping @Sendable (String) -> Bool, log: Log,
    registry: MetricRegistry
  ) throws {
    let failures = registry.counter(
      "swiftail_positions_write_failures_total", "Attempts to write the positions file that failed.")
    table = PositionTable(try storage.load())
    writer = PositionWriter(
      table: table, storage: syncPeriod == nil ? nil : storage, exists: exists, log: log, failures: failures.with())
    wake = try WakeUp()
    guard let syncPeriod else {
      thread = nil
      return
    }
    let (table, writer, wake, isStopping) = (table, writer, wake, isStopping)
    thread = try WorkerThread(name: "positions") {
      guard let poller = try? Poller(), (try? poller.add(wake.descriptor)) != nil else { return }
      defer { poller.close() }
      var nextSave = Clock.monotonic() + syncPeriod
      var isLast = false
      while !isLast {
        poller.wait(nanoseconds: min(max(0, nextSave - Clock.monotonic()), Self.newFileDelay))
        wake.clear()
        isLast = isStopping.isRaised
        guard isLast || Clock.monotonic() >= nextSave || table.takeHasNew() else { continue }
        writer.save()
        nextSave = Clock.monotonic() + syncPeriod
      }
    }
  }

  /// Saves a last time and ends the thread. Blocks.
  public func close() {
    isStopping.raise()
    wake.signal()
    thread?.join()
    wake.close()
  }

  /// Puts on disk when the lines were read that are about to be sent. One write for all that was read since the last.
  public func saveStamps() { writer.saveStamps() }
}

/// Takes what changed from the table to the storage.
final class PositionWriter: Sendable {
  private let table: PositionTable
  private let storage: (any PositionStorage)?
  private let exists: @Sendable (String) -> Bool
  private let log: Log
  private let failures: Counter
  /// Held while something is written, so that stamps are not taken for saved that a save has thrown away.
  private let writing = Mutex(false)

  /// - Parameter storage: nil saves nothing.
  init(
    table: PositionTable, storage: (any PositionStorage)?, exists: @escaping @Sendable (String) -> Bool, log: Log,
    failures: Counter
  ) {
    self.table = table
    self.storage = storage
    self.exists = exists
    self.log = log
    self.failures = failures
  }

  func save() {
    guard let storage else { return }
    writing.withLock { _ in write(storage) }
  }

  private func write(_ storage: any PositionStorage) {
    guard let changes = table.takeChanges(exists: exists) else { return }
    do {
      try storage.save(changes)
    } catch {
      failures.add()
      table.markDirty()
      log.error("cannot write positions; shipping goes on", ("error", error))
    }
  }

  func saveStamps() {
    guard let storage else { return }
    writing.withLock { _ in
      let stamps = table.takeUnsavedStamps()
      // Without them a crash may leave copies; that is no reason not to send.
      if !stamps.isEmpty, !storage.append(stamps: stamps) { failures.add() }
    }
  }
}

/// Set once, read by another thread.
final class StopFlag: Sendable {
  private let raised = Counter()
  func raise() { raised.add() }
  var isRaised: Bool { raised.current > 0 }
}
