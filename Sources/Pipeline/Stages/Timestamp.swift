import Bytes
import GoCompat
import LogModel

/// `timestamp`: the entry's time becomes an extracted value, read by a layout.
struct CompiledTimestamp: ~Copyable, Sendable {
  /// Distinguishes the stages of a pipeline, each of which has its own last known times.
  var number: UInt64
  var source: Int
  /// Tried in order.
  var formats: InPlace<TimestampFormat>
  /// Of times whose layout has no zone; nil: UTC.
  var location: TimeZoneRules?
  /// `action_on_failure`: the last known time of the label set plus a nanosecond, or the time of reading.
  var fudges: Bool
  /// The first format is that of RFC 3339 with any fraction.
  var startsWithRFC3339: Bool
}

extension LineContext {
  /// - Parameter memos: by the number of the stage.
  mutating func run(
    _ stage: borrowing CompiledTimestamp, _ last: inout LastTimes, _ memos: UnsafeMutablePointer<TimeMemo>
  ) {
    if let value = text(slots[stage.source]) {
      let input = bytes(value)
      let memo = memos + Int(stage.number)
      if stage.startsWithRFC3339, let found = memo.pointee.clock.parse(input) {
        time = found
        zone = 0
        if stage.fudges { last.set(labelHash(seed: stage.number), found) }
        return
      }
      for index in stage.formats.indices {
        let known = memo.pointee.recall(input, year: year)
        let read =
          known ?? stage.formats[index].parse(input, location: stage.location, currentYear: year)
        guard let parsed = read else { continue }
        if known == nil { memo.pointee.note(input, parsed, year: year) }
        // Times that the wire cannot carry would lose the whole batch; they count as unreadable.
        let found = Timestamp(seconds: parsed.seconds, nanoseconds: UInt32(parsed.nanoseconds))
        if !found.isEncodable { break }
        time = found
        zone = parsed.offset
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
