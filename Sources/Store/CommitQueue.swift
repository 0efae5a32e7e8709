import FoundationEssentials
import GRDB
import LogModel

/// Writes pushes to the database: all that wait while a transaction runs share the next one, and one wait for the disk.
actor CommitQueue {
  private struct Waiting {
    var push: EncodedPush
    var done: CheckedContinuation<Void, any Error>
  }

  private let pool: DatabasePool
  private let streams: StreamIndex
  private var waiting: [Waiting] = []
  private var isWriting = false
  private var isClosed = false
  private var idle: [CheckedContinuation<Void, Never>] = []
  /// Pushes written so far; compaction waits while it grows.
  private(set) var committed = 0

  init(pool: DatabasePool, streams: StreamIndex) {
    self.pool = pool
    self.streams = streams
  }

  /// Returns when the push is on disk.
  func commit(_ push: EncodedPush) async throws {
    if isClosed { throw StoreError.closed }
    try await withCheckedThrowingContinuation { done in
      waiting.append(Waiting(push: push, done: done))
      if !isWriting {
        isWriting = true
        Task { await drain() }
      }
    }
  }

  /// Lets what waits be written and takes nothing more.
  func close() async {
    isClosed = true
    if isWriting { await withCheckedContinuation { idle.append($0) } }
  }

  private func drain() async {
    while !waiting.isEmpty {
      let batch = waiting
      waiting = []
      do {
        try await write(batch.map(\.push))
        committed += batch.count
        for one in batch { one.done.resume() }
      } catch {
        for one in batch { one.done.resume(throwing: error) }
      }
    }
    isWriting = false
    for one in idle { one.resume() }
    idle = []
  }

  private func write(_ pushes: [EncodedPush]) async throws {
    let saved = try await pool.write { [streams] db in
      var saved: Set<Int64> = []
      for push in pushes {
        for one in push.segments {
          let (id, isSaved) = streams.resolve(one.stream, one.labels)
          if !isSaved, saved.insert(id).inserted {
            try db.execute(sql: "INSERT INTO streams (id, labels) VALUES (?, ?)", arguments: [id, one.labels.text])
          }
          try SegmentRow.insert(db, id: nil, stream: id, one.segment)
        }
      }
      return saved
    }
    streams.markSaved(saved)
  }
}
