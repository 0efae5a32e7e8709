public import Positions
import Synchronization

/// What a source hands its entries to, for one client.
public final class SourceFeed: Sendable {
  public let key: SourceKey
  /// The client's name.
  public let client: String
  /// Of several clients of a source, one counts its entries in metrics.
  public let countsEntries: Bool

  init(key: SourceKey, client: String, countsEntries: Bool) {
    self.key = key
    self.client = client
    self.countsEntries = countsEntries
  }

  /// Hands over a chunk, which is best kept below 256 KiB. Returns when its entries are in batches, which may take as long
  /// as the client is down.
  /// - Returns: false when the source is to end; the chunk may have been left aside then.
  public func put(_ chunk: consuming EntryChunk) async -> Bool {
    fatalError()
  }

  /// The same for a thread of the source's own. Blocks.
  public func putBlocking(_ chunk: consuming EntryChunk) -> Bool {
    fatalError()
  }

  /// How the source is, for pages and the log; the log tells of changes alone.
  public func report(_ condition: SourceCondition) {}
}
