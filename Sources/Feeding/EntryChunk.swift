public import LogModel
public import Positions

/// Entries of one source, in its order, and the place behind them.
public struct EntryChunk: Sendable {
  public typealias Entry = TimedEntry

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

  /// Appends a line.
  /// - Parameter labels: the place of its label set in `labelSets`.
  public mutating func append(_ line: UnsafeBufferPointer<UInt8>, labels: Int, time: Timestamp) {
    entries.append(Entry(start: bytes.count, length: line.count, labels: labels, time: time))
    bytes.append(contentsOf: line)
  }
}
