public import Positions
import Synchronization
import Syscalls
import Telemetry

/// What a source hands its entries to, for one client.
public final class SourceFeed: Sendable {
  public let key: SourceKey
  /// The client's name.
  public let client: String
  /// Of several clients of a source, one counts its entries in metrics.
  public let countsEntries: Bool

  /// The feeder knows it by this number, which is never used again.
  let number: UInt32
  private let inbox: FeederInbox
  private let log: Log

  private struct State {
    var isClosed = false
    var condition: SourceCondition = .waiting("starting")
    var entries: UInt64 = 0
    var lastTime: Int64 = 0
  }
  private let state = Mutex(State())

  init(key: SourceKey, client: String, countsEntries: Bool, number: UInt32, inbox: FeederInbox, log: Log) {
    self.key = key
    self.client = client
    self.countsEntries = countsEntries
    self.number = number
    self.inbox = inbox
    self.log = log
  }

  /// Hands over a chunk, which is best kept below 256 KiB. Returns when its entries are in batches, which may take as long
  /// as the client is down.
  /// - Returns: false when the source is to end; the chunk was left aside then.
  public func put(_ chunk: consuming EntryChunk) async -> Bool {
    if isClosed { return false }
    let chunk = chunk
    return await withCheckedContinuation { continuation in
      inbox.put(.chunk(number, chunk) { continuation.resume(returning: $0) })
    }
  }

  /// The same for a thread of the source's own. Blocks.
  public func putBlocking(_ chunk: consuming EntryChunk) -> Bool {
    if isClosed { return false }
    let answer = BlockingAnswer()
    inbox.put(.chunk(number, chunk) { answer.give($0) })
    return answer.wait()
  }

  /// How the source is, for pages and the log; the log tells of changes alone.
  public func report(_ condition: SourceCondition) {
    let before = state.withLock { state in
      defer { state.condition = condition }
      return state.condition
    }
    if condition == before { return }
    // Every client's feed tells pages; the log needs to hear it once.
    guard countsEntries else { return }
    switch condition {
    case .failing(let reason):
      log.warn("source cannot be read; will try again", ("job", key.job), ("source", key.entry), ("reason", reason))
    case .waiting(let reason):
      log.debug("source waits", ("job", key.job), ("source", key.entry), ("reason", reason))
    case .reading: log.debug("source is read", ("job", key.job), ("source", key.entry))
    }
  }

  /// Whether the source is to end.
  public var isClosed: Bool { state.withLock { $0.isClosed } }

  func close() { state.withLock { $0.isClosed = true } }

  func note(entries: Int, lastTime: Int64) {
    state.withLock {
      $0.entries += UInt64(entries)
      $0.lastTime = lastTime
    }
  }

  /// What pages tell of it.
  var status: SourceStatus {
    state.withLock {
      SourceStatus(
        key: key, client: client, condition: $0.condition, entries: $0.entries, lastTime: $0.lastTime)
    }
  }
}

/// A source as pages show it.
public struct SourceStatus: Sendable {
  public var key: SourceKey
  public var client: String
  public var condition: SourceCondition
  /// Since the source was taken up.
  public var entries: UInt64
  /// Of the last entry that went into a batch: nanoseconds since 1970, 0 before the first.
  public var lastTime: Int64
}
