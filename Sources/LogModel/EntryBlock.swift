public import Bytes

/// One entry on its way from the pipeline to the batches: where its bytes are, not the bytes themselves.
public struct EntryRecord: Sendable {
  public var timestamp: Timestamp
  public var stream: StreamID
  /// Length of the line in bytes.
  public var length: UInt32
  /// Where the line begins: in the chunk, or in the block's `made` bytes if `isMade`.
  public var start: UInt32
  public var isMade: Bool
  /// The range of the entry's structured metadata, already in wire form, in the block's `made` bytes.
  public var metadataStart: UInt32
  public var metadataLength: UInt32
  /// Bytes of metadata names and values, which count towards a batch's size.
  public var metadataSize: UInt32

  @inlinable public init(timestamp: Timestamp, stream: StreamID, start: Int, length: Int, isMade: Bool) {
    self.timestamp = timestamp
    self.stream = stream
    self.start = UInt32(truncatingIfNeeded: start)
    self.length = UInt32(truncatingIfNeeded: length)
    self.isMade = isMade
    metadataStart = 0
    metadataLength = 0
    metadataSize = 0
  }
}

/// The entries that one pass of a chunk through a pipeline gave, in order.
///
/// A line that the pipeline left alone stays where it was read; only what a stage wrote lies in `made`.
public struct EntryBlock: ~Copyable {
  public var records: [EntryRecord] = []
  public var made = ByteBuffer(capacity: 4096)
  /// Lines that went into the pipeline, which are more than the entries where stages join or drop them.
  public var lines = 0
  /// The time of an entry is that at which its line was read.
  public var hasReadTimes = false

  public init() { records.reserveCapacity(2048) }

  public mutating func removeAll() {
    records.removeAll(keepingCapacity: true)
    made.removeAll()
    lines = 0
    hasReadTimes = false
  }
}
