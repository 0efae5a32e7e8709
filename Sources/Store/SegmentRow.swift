import FoundationEssentials
import GRDB
import StoreFormat

/// A segment as the database lists it, without its blocks.
struct SegmentRow: Sendable {
  var id: Int64
  var stream: Int64
  var minTime: Int64
  var maxTime: Int64
  var count: Int
  var rawBytes: Int
  var hasMetadata: Bool

  private static let columns = "id, stream, min_time, max_time, entries, raw_bytes, has_metadata"

  init(_ row: Row) {
    id = row[0]
    stream = row[1]
    minTime = row[2]
    maxTime = row[3]
    count = row[4]
    rawBytes = row[5]
    hasMetadata = row[6]
  }

  /// The segments of these streams that reach into `span`, in no order.
  static func list(_ db: Database, streams: some Collection<Int64>, in span: TimeSpan) throws -> [SegmentRow] {
    var rows: [SegmentRow] = []
    let one = try db.cachedStatement(
      sql: "SELECT \(columns) FROM segments WHERE stream = ? AND max_time >= ? AND min_time < ?")
    for stream in streams {
      let cursor = try Row.fetchCursor(one, arguments: [stream, span.start, span.end])
      while let row = try cursor.next() { rows.append(SegmentRow(row)) }
    }
    return rows
  }

  /// - Parameter id: of the segment it takes the place of; `nil`: a new one.
  static func insert(_ db: Database, id: Int64?, stream: Int64, _ segment: EncodedSegment) throws {
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO segments (id, stream, min_time, max_time, entries, raw_bytes, has_metadata, entry_index, entry_text)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    try statement.execute(arguments: [
      id, stream, segment.minTime, segment.maxTime, segment.count, segment.rawBytes, segment.hasMetadata,
      Data(segment.index), Data(segment.text),
    ])
  }

  /// Reads the index block, and the text block too if asked, into `reader`. `false` when the segment is gone.
  static func load(_ db: Database, id: Int64, text: Bool, into reader: SegmentReader) throws -> Bool {
    let statement = try db.cachedStatement(
      sql: text
        ? "SELECT entry_index, entry_text FROM segments WHERE id = ?" : "SELECT entry_index FROM segments WHERE id = ?")
    let cursor = try Row.fetchCursor(statement, arguments: [id])
    guard let row = try cursor.next() else { return false }
    do {
      try row.withUnsafeData(atIndex: 0) { data in
        try (data ?? Data()).withUnsafeBytes { bytes in try reader.readIndex(bytes) }
      }
      if text {
        try row.withUnsafeData(atIndex: 1) { data in
          try (data ?? Data()).withUnsafeBytes { bytes in try reader.readText(bytes) }
        }
      }
    } catch let error as SegmentError {
      throw StoreError.damaged("segment \(id): \(error)")
    }
    return true
  }
}
