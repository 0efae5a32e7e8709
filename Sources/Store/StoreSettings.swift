/// How long entries are kept.
public struct Retention: Sendable, Hashable {
  /// Seconds; segments whose newest entry is older are deleted. `nil`: kept for ever.
  public var maxAge: Int64?
  /// Bytes of the database; over it the oldest segments are deleted. `nil`: no bound.
  public var maxBytes: Int64?

  public init(maxAge: Int64? = nil, maxBytes: Int64? = nil) {
    self.maxAge = maxAge
    self.maxBytes = maxBytes
  }
}

/// What a push may hold; the defaults are Loki's.
public struct PushLimits: Sendable, Hashable {
  public var maxLineBytes = 262_144
  public var maxLabelNames = 15
  public var maxLabelNameBytes = 1024
  public var maxLabelValueBytes = 2048
  /// Seconds that a timestamp may lie ahead of the clock.
  public var maxAhead: Int64 = 600

  public init() {}
}

/// Times in seconds and sizes in bytes that pace the store's own work.
public struct StorePace: Sendable, Hashable {
  /// Between two looks for segments to merge or to delete; `nil`: none, the owner calls `compact` and `sweep`.
  public var maintenanceInterval: Int64? = 5
  /// Raw bytes that a merged segment aims at.
  public var segmentBytes = 1 << 20
  /// zstd's level for pushes, which wait for it, and for merged segments, which stay.
  public var pushLevel: Int32 = 1
  public var compactionLevel: Int32 = 3

  public init() {}
}

/// What became of a push.
public struct PushResult: Sendable, Hashable {
  public struct Rejection: Sendable, Hashable {
    /// The label set as it was sent.
    public var stream: String
    public var entries: Int
    /// Why, worded as Loki does.
    public var reason: String
  }

  /// Entries that are now on disk; copies of others count.
  public var accepted = 0
  /// Per stream and reason.
  public var rejections: [Rejection] = []
}

/// A push that nothing of was stored.
public enum PushError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The bytes are no push request.
  case malformed(String)
  case noStreams

  public var description: String {
    switch self {
    case .malformed(let reason): reason
    case .noStreams: "error at least one valid stream is required for ingestion"
    }
  }
}

/// Why the store does not work.
public enum StoreError: Error, Hashable, Sendable, CustomStringConvertible {
  case cannotOpen(path: String, reason: String)
  case closed
  /// The database says something that cannot be: damage.
  case damaged(String)

  public var description: String {
    switch self {
    case .cannotOpen(let path, let reason):
      "cannot open the store in \(path): \(reason); check that the directory is writable and that no other process uses it"
    case .closed: "the store is closed"
    case .damaged(let reason): "the store is damaged: \(reason)"
    }
  }
}
