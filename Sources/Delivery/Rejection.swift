import Synchronization
import Telemetry

/// Why Loki refuses entries, by the names of its documentation ("Request validation and rate limit errors"), told from the
/// text of its answer.
enum Rejection {
  private static let signs: [(text: String, reason: String)] = [
    ("per stream rate limit", "per_stream_rate_limit"), ("ingestion rate limit", "rate_limited"),
    ("maximum active stream limit", "stream_limit"), ("max entry size", "line_too_long"),
    ("at least one label pair is required", "missing_labels"), ("missing required labels", "missing_enforced_labels"),
    ("parsing labels", "invalid_labels"), ("invalid labels", "invalid_labels"),
    ("entry too far behind", "too_far_behind"), ("entry out of order", "out_of_order"),
    ("timestamp too old", "greater_than_max_sample_age"), ("timestamp too new", "too_far_in_future"),
    ("label name too long", "label_name_too_long"), ("label value too long", "label_value_too_long"),
    ("duplicate label name", "duplicate_label_names"), ("label names; limit", "max_label_names_per_series"),
    ("too many structured metadata", "structured_metadata_too_many"),
    ("structured metadata too large", "structured_metadata_too_large"),
    ("structured metadata", "disallowed_structured_metadata"), ("blocked", "blocked_ingestion"),
  ]

  /// - Parameter answer: the first line of the answer's body.
  static func reason(of answer: String) -> String {
    let answer = answer.lowercased()
    return signs.first { answer.contains($0.text) }?.reason ?? "other"
  }
}

/// Tells of batches that were given up: the first at once, further ones of the same kind once a minute with their number.
final class GivenUpReport: Sendable {
  private struct Kind: Hashable {
    var status: Int
    var reason: String
  }
  private struct Untold {
    var batches = 0
    var entries = 0
    var last: ContinuousClock.Instant
  }
  private let kinds = Mutex<[Kind: Untold]>([:])
  static let period = Duration.seconds(60)

  /// - Returns: how many batches and entries of the kind to tell of now, or nil when it is too soon.
  func note(status: Int, reason: String, entries: Int, now: ContinuousClock.Instant = .now) -> (
    batches: Int, entries: Int
  )? {
    kinds.withLock { kinds in
      let kind = Kind(status: status, reason: reason)
      guard var untold = kinds[kind] else {
        kinds[kind] = Untold(last: now)
        return (1, entries)
      }
      untold.batches += 1
      untold.entries += entries
      guard untold.last.duration(to: now) >= Self.period else {
        kinds[kind] = untold
        return nil
      }
      kinds[kind] = Untold(last: now)
      return (untold.batches, untold.entries)
    }
  }
}
