import GRDB

/// The database: one row per stream, one per segment (docs/formats/segment.md).
enum Schema {
  static func migrate(_ pool: DatabasePool) throws {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { db in
      try db.execute(
        sql: """
          CREATE TABLE streams (
            id INTEGER PRIMARY KEY,
            labels TEXT NOT NULL UNIQUE
          ) STRICT;
          CREATE TABLE segments (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            stream INTEGER NOT NULL,
            min_time INTEGER NOT NULL,
            max_time INTEGER NOT NULL,
            entries INTEGER NOT NULL,
            raw_bytes INTEGER NOT NULL,
            has_metadata INTEGER NOT NULL,
            entry_index BLOB NOT NULL,
            entry_text BLOB NOT NULL
          ) STRICT;
          CREATE INDEX segments_by_stream ON segments (stream, max_time, min_time, entries, raw_bytes, has_metadata);
          CREATE INDEX segments_by_age ON segments (max_time);
          """)
    }
    try migrator.migrate(pool)
  }

  static func configuration() -> Configuration {
    var configuration = Configuration()
    configuration.label = "store"
    configuration.maximumReaderCount = 6
    configuration.prepareDatabase { db in
      // Before the first table, or it has no effect: lets the file shrink when segments are deleted.
      if !db.configuration.readonly { try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL") }
      try db.execute(sql: "PRAGMA cache_size = -8192")
      try db.execute(sql: "PRAGMA mmap_size = 1073741824")
    }
    return configuration
  }

  /// What GRDB sets otherwise when it turns the write-ahead log on.
  static func prepareWriter(_ pool: DatabasePool) throws {
    try pool.writeWithoutTransaction { db in
      // A push is answered when it is durable: every commit waits for the disk.
      try db.execute(sql: "PRAGMA synchronous = FULL")
      try db.execute(sql: "PRAGMA wal_autocheckpoint = 8192")
      try db.execute(sql: "PRAGMA journal_size_limit = 67108864")
    }
  }
}
