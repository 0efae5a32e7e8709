public import LogModel
public import Positions

/// Entries of one source, in its order, and the place behind them.
public struct EntryChunk: Sendable {
  /// One entry: where its line is, when it was written, whose it is.
  public struct Entry: Sendable {
    /// Where the line begins in `bytes`.
    public var start: UInt32
    /// Bytes. The line may hold line ends: it is one entry all the same.
    public var length: UInt32
    /// An index into `labelSets`.
    public var labels: Int32
    public var time: Timestamp

    public init(start: Int, length: Int, labels: Int, time: Timestamp) {
      self.start = UInt32(truncatingIfNeeded: start)
      self.length = UInt32(truncatingIfNeeded: length)
      self.labels = Int32(truncatingIfNeeded: labels)
      self.time = time
    }
  }

  /// The lines, one behind the other.
  public var bytes: [UInt8]
  public var entries: [Entry]
  /// The label sets that entries name, before the pipeline. Without `__` labels.
  public var labelSets: [LabelSet]
  /// Where reading goes on once all entries are acknowledged.
  public var place: SourcePlace

  public init(bytes: [UInt8] = [], entries: [Entry] = [], labelSets: [LabelSet] = [], place: SourcePlace) {
    self.bytes = bytes
    self.entries = entries
    self.labelSets = labelSets
    self.place = place
  }

  /// Appends a line and its entry.
  public mutating func append(_ line: UnsafeBufferPointer<UInt8>, labels: Int, time: Timestamp) {
    entries.append(Entry(start: bytes.count, length: line.count, labels: labels, time: time))
    bytes.append(contentsOf: line)
  }
}
