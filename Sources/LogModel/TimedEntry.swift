/// An entry that brings its time along, on its way to a pipeline: where its line lies, when it was written, whose it is.
public struct TimedEntry: Sendable {
  /// Where the line begins, in the bytes that it comes with.
  public var start: UInt32
  /// Bytes. The line may hold line ends: it is one entry all the same.
  public var length: UInt32
  /// The place of its label set among those that it comes with.
  public var labels: Int32
  public var time: Timestamp

  public init(start: Int, length: Int, labels: Int, time: Timestamp) {
    self.start = UInt32(truncatingIfNeeded: start)
    self.length = UInt32(truncatingIfNeeded: length)
    self.labels = Int32(truncatingIfNeeded: labels)
    self.time = time
  }
}
