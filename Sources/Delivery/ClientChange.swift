/// A client as those know it who fill batches for it.
public struct ReadingClient: Sendable {
  /// What positions are kept by.
  public var name: String
  public var lane: LaneSettings

  public init(name: String, lane: LaneSettings) {
    self.name = name
    self.lane = lane
  }
}

/// Which clients a reload takes away and adds.
public struct ClientChange: Sendable {
  /// Places of clients that are gone.
  public var removed: [Int]
  /// New clients by place: one that was free, or the next.
  public var added: [(place: Int, client: ReadingClient)]

  public init(removed: [Int], added: [(place: Int, client: ReadingClient)]) {
    self.removed = removed
    self.added = added
  }
}
