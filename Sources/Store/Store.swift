import FoundationEssentials
import GRDB
import LogModel
public import LogQL
import StoreFormat
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Entries on one machine: a SQLite database of segments, written by pushes, merged in the background, read by queries.
///
/// All methods may be called from any task at the same time.
public final class Store: Sendable {
  let pool: DatabasePool
  let streams: StreamIndex
  let encoder: PushEncoder
  let commits: CommitQueue
  let tails: TailHub
  let pace: StorePace
  public let retention: Retention
  public let directory: String
  private let maintenance = Mutex<Task<Void, Never>?>(nil)

  private init(directory: String, pool: DatabasePool, retention: Retention, limits: PushLimits, pace: StorePace) {
    self.directory = directory
    self.pool = pool
    self.retention = retention
    self.pace = pace
    streams = StreamIndex()
    tails = TailHub()
    encoder = PushEncoder(streams: streams, writers: WriterPool(), watchers: tails, limits: limits, pace: pace)
    commits = CommitQueue(pool: pool, streams: streams)
  }

  /// Opens the store in a directory, which is made if it is not there; the database is `store.db` in it.
  ///
  /// - Throws: `StoreError.cannotOpen`.
  public static func open(
    directory: String, retention: Retention = Retention(), limits: PushLimits = PushLimits(),
    pace: StorePace = StorePace()
  ) async throws -> Store {
    do {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
      let pool = try DatabasePool(path: directory + "/store.db", configuration: Schema.configuration())
      try Schema.prepareWriter(pool)
      try Schema.migrate(pool)
      let store = Store(directory: directory, pool: pool, retention: retention, limits: limits, pace: pace)
      try await store.restoreStreams()
      store.startMaintenance()
      return store
    } catch let error as StoreError {
      throw error
    } catch {
      throw StoreError.cannotOpen(path: directory, reason: "\(error)")
    }
  }

  private func restoreStreams() async throws {
    let rows = try await pool.read { db in
      try Row.fetchAll(db, sql: "SELECT id, labels FROM streams").map { row in (row[0] as Int64, row[1] as String) }
    }
    for (id, text) in rows {
      do {
        streams.restore(id: id, labels: try LabelSet(parsing: text))
      } catch {
        throw StoreError.damaged("labels of stream \(id): \(error.description)")
      }
    }
  }

  /// Writes what waits, ends live tails and closes the database.
  public func close() async {
    let task = maintenance.withLock { task in
      defer { task = nil }
      return task
    }
    task?.cancel()
    await task?.value
    await commits.close()
    tails.finish()
    // Leaves one file behind; where a reader still holds an old snapshot, two.
    _ = try? await pool.writeWithoutTransaction { db in try db.checkpoint(.truncate) }
    try? pool.close()
  }

  // MARK: pushing

  /// Decodes and compresses a protobuf push request; nothing is stored yet. Takes the caller's thread for as long as it
  /// lasts and keeps nothing of `bytes`.
  ///
  /// - Throws: `PushError`.
  public func encode(protobuf bytes: UnsafeRawBufferPointer) throws -> EncodedPush {
    try encoder.encode(bytes, now: Store.now())
  }

  /// Stores an encoded push. Returns when it is durable; pushes that come together share one transaction.
  public func commit(_ push: EncodedPush) async throws -> PushResult {
    if !push.segments.isEmpty {
      try await commits.commit(push)
      tails.publish(push.watched)
    }
    return push.result
  }

  /// Stores a protobuf push request, not compressed.
  ///
  /// - Throws: `PushError` when it is none, `StoreError` or a database error when it could not be stored.
  public func push(protobuf bytes: [UInt8]) async throws -> PushResult {
    let encoded = try bytes.withUnsafeBytes { try encode(protobuf: $0) }
    return try await commit(encoded)
  }

  // MARK: watching

  /// Entries that a query matches, as they are committed. A reader more than `batches` behind loses some, and is told
  /// how many.
  ///
  /// - Throws: `LogQLError` for stages the store does not evaluate.
  public func tail(_ query: LogQuery, batches: Int = 256) throws -> AsyncStream<TailBatch> {
    tails.watch(query, pipeline: try LinePipeline(query), batches: batches)
  }

  /// Nanoseconds since 1970.
  static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  // MARK: maintenance

  /// Moves what the write-ahead log holds into the database and cuts the log, unless someone is at work.
  private func truncateLog() async {
    let path = directory + "/store.db-wal"
    let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
    guard size > 1 << 20 else { return }
    _ = try? await pool.writeWithoutTransaction { db in try db.checkpoint(.truncate) }
  }

  private func startMaintenance() {
    guard let interval = pace.maintenanceInterval else { return }
    let task = Task.detached(priority: .background) { [weak self] in
      while !Task.isCancelled {
        try? await Task.sleep(for: .seconds(interval))
        guard let self, !Task.isCancelled else { return }
        // A failure here (a full disk) comes again in the next round; pushes report it to their senders.
        _ = try? await self.sweep()
        try? await self.compactWhileIdle()
        await self.truncateLog()
      }
    }
    maintenance.withLock { $0 = task }
  }
}
