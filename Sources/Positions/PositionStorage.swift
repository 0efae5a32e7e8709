/// Where positions outlive the process. The file beside the configuration is one such place; others can follow.
///
/// Called by the keeper's thread and, for stamps, by whoever is about to send; implementations need no lock of their own.
public protocol PositionStorage: Sendable {
  /// What the last run left.
  /// - Throws: `PositionStorageError` when it is unusable in a way that starting would make worse.
  func load() throws(PositionStorageError) -> StoredPositions

  /// Replaces everything that was saved, stamps included: after a power loss there is the old or the new, never a part.
  func save(_ positions: PositionsSnapshot) throws(PositionStorageError)

  /// Adds lines about stamps. They must outlive the process, but not a power loss.
  /// - Returns: false when they could not be written; sending goes on without them.
  func append(stamps: [UInt8]) -> Bool
}

/// Positions as they are kept between two runs.
public struct StoredPositions: Equatable, Sendable {
  /// Path (or `cursor-…`, `journal-…`) to offset: what Promtail keeps.
  public var entries: [String: String]
  /// Which files these were, and how far each client is.
  public var files: [FilePosition]
  /// What files that were read to their end and let go began with, so that they are known again under another name.
  public var finished: FinishedFiles
  /// How far sources are that are no files.
  public var sources: SourcePlaces
  /// When this was saved, in nanoseconds since 1970; nil when there was nothing.
  public var saved: Int64?

  public init(
    entries: [String: String] = [:], files: [FilePosition] = [], finished: FinishedFiles = FinishedFiles(),
    sources: SourcePlaces = [:], saved: Int64? = nil
  ) {
    self.entries = entries
    self.files = files
    self.finished = finished
    self.sources = sources
    self.saved = saved
  }
}

/// Positions as they are at a moment, in the order in which they are written.
public struct PositionsSnapshot: Sendable {
  /// How far every client has acknowledged the file under a path.
  public struct Entry: Sendable {
    public var key: String
    /// Bytes.
    public var offset: UInt64
  }

  /// Of files that are read, by path.
  public var entries: [Entry]
  /// What else positions.yaml holds: of files that nobody reads now, of sources that are no files, of other programs.
  public var others: [String: String]
  /// By path, job and inode.
  public var files: [FilePosition]
  public var finished: FinishedFiles
  public var sources: SourcePlaces
}

/// What kept positions from being read or written, in words for the user.
public struct PositionStorageError: Error, CustomStringConvertible, Equatable, Sendable {
  public var description: String
  public init(_ description: String) { self.description = description }
}

/// The fingerprints of the last files of each path that were rotated away and are done with.
///
/// A tool that compresses or copies such a file later makes a new one of it, which is not to be read again.
public struct FinishedFiles: Hashable, Sendable {
  /// Kept per path and job.
  public static let limit = 8

  public struct Key: Hashable, Sendable {
    public var path: String
    public var job: String

    public init(path: String, job: String) {
      self.path = path
      self.job = job
    }
  }

  public private(set) var byKey: [Key: [Fingerprint]] = [:]

  public init() {}

  public mutating func add(_ fingerprint: Fingerprint, _ key: Key) {
    // A short one would match too much.
    guard fingerprint.length >= Fingerprint.telling else { return }
    byKey[key, default: []].removeAll { $0 == fingerprint }
    byKey[key, default: []].append(fingerprint)
    if byKey[key]!.count > Self.limit { byKey[key]!.removeFirst() }
  }

  public subscript(key: Key) -> [Fingerprint] { byKey[key] ?? [] }

  mutating func forget(_ isGone: (Key) -> Bool) { byKey = byKey.filter { !isGone($0.key) } }
}
