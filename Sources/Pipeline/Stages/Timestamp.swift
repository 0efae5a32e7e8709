import GoCompat
import LogModel

/// `timestamp`: the entry's time becomes an extracted value, read by a layout.
struct CompiledTimestamp: Sendable {
  /// Distinguishes the stages of a pipeline, each of which has its own last known times.
  var number: UInt64
  var source: Int
  /// Tried in order.
  var formats: [TimestampFormat]
  /// Of times whose layout has no zone; nil: UTC.
  var location: TimeZoneRules?
  /// `action_on_failure`: the last known time of the label set plus a nanosecond, or the time of reading.
  var fudges: Bool
}

extension LineContext {
  mutating func run(_ stage: borrowing CompiledTimestamp, _ last: inout LastTimes) {
    if let value = text(slots[stage.source]) {
      let input = bytes(value)
      for format in stage.formats {
        guard let parsed = format.parse(input, location: stage.location, currentYear: year) else { continue }
        // Times that the wire cannot carry would lose the whole batch; they count as unreadable.
        let found = Timestamp(seconds: parsed.seconds, nanoseconds: UInt32(parsed.nanoseconds))
        if !found.isEncodable { break }
        time = found
        if stage.fudges { last.set(labelHash(seed: stage.number), found) }
        return
      }
    }
    guard stage.fudges else { return }
    let key = labelHash(seed: stage.number)
    guard let known = last[key] else { return }
    time = known.successor
    last.set(key, time)
  }
}
