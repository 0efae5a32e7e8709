public import Positions

/// Something that gives its entries again when asked from a place: a container's log behind an engine's API, a journal.
///
/// It is read once for each client, so that one that is down does not hold up the others; nothing is kept for it meanwhile
/// but its place.
public protocol EntrySource: Sendable {
  var key: SourceKey { get }
  /// Everything that decides what it gives: a reload leaves a source alone whose key and signature stay.
  var signature: String { get }

  /// Reads what comes after `place` and hands it to `feed`, until the task is cancelled or nothing more can ever come.
  /// What can be tried again is tried again in here, with growing pauses, and told by `feed.report`.
  /// - Parameter place: nil at the first time.
  func run(after place: SourcePlace?, into feed: SourceFeed) async -> SourceEnd
}

/// What is to become of a source's position once it has ended.
public enum SourceEnd: Sendable {
  /// It may go on another time.
  case keep
  /// It is gone for good: forgotten when everything is acknowledged.
  case forget
}

/// How a source is, for people.
public enum SourceCondition: Hashable, Sendable {
  case reading
  /// Nothing is wrong, but nothing can come now: why.
  case waiting(String)
  /// It is tried again: why, and what to do about it.
  case failing(String)
}
