public import LogModel

/// An entry as queries return it.
public struct StoreEntry: Sendable, Hashable {
  public var stream: LabelSet
  /// Nanoseconds since 1970.
  public var timestamp: Int64
  public var line: [UInt8]
  /// Structured metadata, in the order it was pushed.
  public var metadata: [Label]

  public init(stream: LabelSet, timestamp: Int64, line: [UInt8], metadata: [Label] = []) {
    self.stream = stream
    self.timestamp = timestamp
    self.line = line
    self.metadata = metadata
  }
}

/// Which end of the time range comes first.
public enum Direction: String, Sendable {
  case forward
  /// Newest first.
  case backward
}

/// A half-open span of time in nanoseconds since 1970: `start` is in, `end` is not.
public struct TimeSpan: Sendable, Hashable {
  public var start: Int64
  public var end: Int64

  public init(start: Int64, end: Int64) {
    self.start = start
    self.end = max(start, end)
  }

  public static let all = TimeSpan(start: .min, end: .max)
}
