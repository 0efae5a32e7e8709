/// Why a segment could not be written or read.
public struct SegmentError: Error, Hashable, Sendable, CustomStringConvertible {
  public var description: String

  init(_ description: String) { self.description = description }
}
