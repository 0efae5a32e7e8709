import GRDB
public import LogModel
public import LogQL

/// Sums over the streams a selector matches.
public struct StoreStatistics: Sendable, Hashable {
  public var streams = 0
  public var segments = 0
  public var entries = 0
  /// Bytes of the lines.
  public var rawBytes = 0

  public init() {}
}

/// One stream and how much of it lies in a span of time, by whole segments.
public struct StreamVolume: Sendable, Hashable {
  public var labels: LabelSet
  public var segments: Int
  public var entries: Int
  public var rawBytes: Int
}

extension Store {
  /// The streams that a selector matches and that have entries in `span`, sorted by labels.
  public func series(_ selector: Selector?, in span: TimeSpan) async throws -> [LabelSet] {
    try await volumes(selector, in: span).map(\.labels)
  }

  /// As `series`, with counts; a segment that reaches into the span counts whole.
  public func volumes(_ selector: Selector?, in span: TimeSpan) async throws -> [StreamVolume] {
    let matching = streams.matching(selector)
    let found = try await pool.read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT stream, COUNT(*), SUM(entries), SUM(raw_bytes) FROM segments INDEXED BY segments_by_stream
          WHERE max_time >= ? AND min_time < ? GROUP BY stream
          """, arguments: [span.start, span.end]
      ).compactMap { row -> StreamVolume? in
        guard let labels = matching[row[0] as Int64] else { return nil }
        return StreamVolume(labels: labels, segments: row[1], entries: row[2], rawBytes: row[3])
      }
    }
    return found.sorted { $0.labels.labels.lexicographicallyPrecedes($1.labels.labels) }
  }

  /// Label names, sorted.
  public func labels(_ selector: Selector?, in span: TimeSpan) async throws -> [String] {
    let names = Set(try await series(selector, in: span).flatMap { $0.labels.map(\.name) })
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Values of a label, sorted.
  public func values(of label: String, _ selector: Selector?, in span: TimeSpan) async throws -> [String] {
    let values = Set(try await series(selector, in: span).compactMap { $0[label] })
    return values.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  public func statistics(_ selector: Selector?, in span: TimeSpan) async throws -> StoreStatistics {
    var sum = StoreStatistics()
    for volume in try await volumes(selector, in: span) {
      sum.streams += 1
      sum.segments += volume.segments
      sum.entries += volume.entries
      sum.rawBytes += volume.rawBytes
    }
    return sum
  }

  /// Bytes the database takes on disk, its write-ahead log not counted.
  public func diskBytes() async throws -> Int64 {
    try await pool.read { db in try Store.databaseBytes(db, used: false) }
  }

  /// - Parameter used: without pages that are free for reuse.
  static func databaseBytes(_ db: Database, used: Bool) throws -> Int64 {
    let size = try Int64.fetchOne(db, sql: "PRAGMA page_size") ?? 0
    let pages = try Int64.fetchOne(db, sql: "PRAGMA page_count") ?? 0
    let free = used ? try Int64.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0 : 0
    return size * (pages - free)
  }
}
