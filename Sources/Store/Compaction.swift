import GRDB
import StoreFormat

/// Chooses which small segments become one.
struct CompactionPlan {
  /// Raw bytes a merged segment aims at.
  let target: Int
  /// So many small segments are merged even if they do not reach the target.
  static let run = 8

  /// The next segments of one stream to merge, neighbours in time; empty when nothing is worth it.
  ///
  /// - Parameter segments: those of the stream under half the target, sorted by time.
  func next(_ segments: [SegmentRow]) -> [SegmentRow] {
    var chosen: [SegmentRow] = []
    var bytes = 0
    for segment in segments {
      if bytes + segment.rawBytes > target + target / 4, chosen.count > 1 {
        if isWorthIt(chosen, bytes) { return chosen }
        (chosen, bytes) = ([], 0)
      }
      chosen.append(segment)
      bytes += segment.rawBytes
      if bytes >= target { return chosen.count > 1 ? chosen : [] }
    }
    return isWorthIt(chosen, bytes) ? chosen : []
  }

  /// Merging writes everything again: the largest must not outweigh the rest, or each round would copy it once more.
  private func isWorthIt(_ segments: [SegmentRow], _ bytes: Int) -> Bool {
    let largest = segments.map(\.rawBytes).max() ?? 0
    return segments.count >= CompactionPlan.run && largest <= bytes - largest
  }
}

extension Store {
  /// Merges small segments until none are worth it.
  ///
  /// - Returns: segments that were merged into others.
  @discardableResult
  public func compact() async throws -> Int {
    var merged = 0
    let writer = SegmentMerge(level: pace.compactionLevel)
    for stream in try await streamsToCompact() {
      while let count = try await compactOnce(stream, writer), count > 0 {
        try Task.checkCancellation()
        merged += count
      }
    }
    return merged
  }

  /// As `compact`, but gives way while pushes come in, unless there is much to do.
  func compactWhileIdle() async throws {
    let before = await commits.committed
    try await Task.sleep(for: .seconds(1))
    let isIdle = await commits.committed == before
    let backlog = try await pool.read { db in try Int.fetchOne(db, sql: "SELECT COUNT(*) FROM segments") ?? 0 }
    if isIdle || backlog > 100_000 { try await compact() }
  }

  private func streamsToCompact() async throws -> [Int64] {
    let half = pace.segmentBytes / 2
    return try await pool.read { db in
      try Int64.fetchAll(
        db,
        sql: """
          SELECT stream FROM segments INDEXED BY segments_by_stream WHERE raw_bytes < ?
          GROUP BY stream HAVING COUNT(*) > 1 ORDER BY COUNT(*) DESC
          """, arguments: [half])
    }
  }

  private func compactOnce(_ stream: Int64, _ merge: SegmentMerge) async throws -> Int? {
    let plan = CompactionPlan(target: pace.segmentBytes)
    let chosen = try await pool.read { db in
      let rows = try SegmentRow.list(db, streams: [stream], in: .all)
      return plan.next(
        rows.filter { $0.rawBytes < plan.target / 2 }.sorted { ($0.minTime, $0.id) < ($1.minTime, $1.id) })
    }
    guard chosen.count > 1 else { return nil }
    // Order of arrival decides among equal times, so segments are read in the order they were written.
    let ids = chosen.map(\.id).sorted()
    guard let segment = try await pool.read({ db in try merge.merge(ids, db) }) else { return nil }
    return try await pool.write { db in
      let list = ids.map(String.init).joined(separator: ",")
      try db.execute(sql: "DELETE FROM segments WHERE id IN (\(list))")
      guard db.changesCount == ids.count else {
        // Retention was quicker with one of them; the rest is looked at again.
        throw DatabaseError(resultCode: .SQLITE_ABORT, message: "segments changed while they were merged")
      }
      try SegmentRow.insert(db, id: ids[0], stream: stream, segment)
      return ids.count
    }
  }
}

/// Reads segments and writes them as one. One caller at a time: compaction is the only one.
final class SegmentMerge: @unchecked Sendable {
  // Sendable because `compact` uses it from one task, one step after another.
  private let reader = SegmentReader()
  private let writer = SegmentWriter()
  private let level: Int32

  init(level: Int32) { self.level = level }

  func merge(_ ids: [Int64], _ db: Database) throws -> EncodedSegment? {
    writer.removeAll()
    for id in ids {
      guard try SegmentRow.load(db, id: id, text: true, into: reader) else { return nil }
      for place in 0..<reader.count {
        writer.append(
          timestamp: reader.timestamps[place], line: UnsafeRawBufferPointer(reader.line(place)),
          metadata: reader.metadata(place))
      }
    }
    return try writer.finish(level: level)
  }
}
