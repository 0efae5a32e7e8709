import GRDB

extension Store {
  /// Deletes what retention no longer keeps, oldest first, and gives free pages back to the file system.
  ///
  /// - Returns: segments deleted.
  @discardableResult
  public func sweep() async throws -> Int {
    var deleted = 0
    if let age = retention.maxAge {
      let (nanoseconds, isForEver) = age.multipliedReportingOverflow(by: 1_000_000_000)
      let oldest = isForEver ? Int64.min : Store.now().subtractingReportingOverflow(nanoseconds).partialValue
      while true {
        let count = try await deleteOldest(where: "max_time < ?", [oldest])
        deleted += count
        if count < Store.sweepBatch { break }
      }
    }
    if let bound = retention.maxBytes {
      while try await pool.read({ db in try Store.databaseBytes(db, used: true) }) > bound {
        let count = try await deleteOldest(where: "TRUE", [])
        deleted += count
        if count == 0 { break }
      }
    }
    if deleted > 0 { try await forgetEmptyStreams() }
    try await shrink()
    return deleted
  }

  /// Segments deleted in one transaction, so that pushes never wait long.
  private static let sweepBatch = 64

  private func deleteOldest(where condition: String, _ arguments: StatementArguments) async throws -> Int {
    try await pool.write { db in
      try db.execute(
        sql: """
          DELETE FROM segments WHERE id IN
            (SELECT id FROM segments WHERE \(condition) ORDER BY max_time LIMIT \(Store.sweepBatch))
          """, arguments: arguments)
      return db.changesCount
    }
  }

  private func forgetEmptyStreams() async throws {
    try await pool.write { [streams] db in
      let ids = try Int64.fetchAll(
        db, sql: "SELECT id FROM streams WHERE NOT EXISTS (SELECT 1 FROM segments WHERE stream = streams.id)")
      for id in ids { try db.execute(sql: "DELETE FROM streams WHERE id = ?", arguments: [id]) }
      // Within the transaction, so that a push that comes next writes its stream anew.
      streams.remove(ids)
    }
  }

  private func shrink() async throws {
    try await pool.writeWithoutTransaction { db in
      let free = try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
      // A few free pages are soon used again.
      guard free > 4096 else { return }
      try db.execute(sql: "PRAGMA incremental_vacuum(\(free - 1024))")
    }
  }
}
