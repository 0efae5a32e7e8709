/// How far a source was read that is no file: a container's log behind an engine's API, a journal.
public struct SourcePlace: Hashable, Sendable {
  /// What positions.yaml says, in Promtail's words: Unix seconds under `cursor-…`, a cursor under `journal-…`. Empty
  /// where these words have nothing for it, such as before the first entry.
  public var entry: String
  /// The same in the source's own words, without loss; empty where only `entry` is known, since Promtail wrote it.
  public var exact: String
  /// Of the last entry before it, in nanoseconds since 1970: of several clients, the one that is furthest behind counts in
  /// positions.yaml.
  public var time: Int64

  public init(entry: String, exact: String = "", time: Int64 = 0) {
    self.entry = entry
    self.exact = exact
    self.time = time
  }
}

/// Names a source in positions and pages.
public struct SourceKey: Hashable, Sendable {
  /// The scrape config that reads it.
  public var job: String
  /// The key in positions.yaml, such as `cursor-<container id>` or `journal-<job>`.
  public var entry: String

  public init(job: String, entry: String) {
    self.job = job
    self.entry = entry
  }
}

/// How far each client was sent each source, by the client's name.
public typealias SourcePlaces = [SourceKey: [String: SourcePlace]]
