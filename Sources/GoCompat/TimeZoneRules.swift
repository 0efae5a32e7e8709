/// The offsets from UTC of a place, now and in the past (TZif, RFC 8536).
public final class TimeZoneRules: Sendable {
  /// `Europe/Berlin`, `UTC`, or `Local` for that of the system.
  public let name: String
  let zones: [Zone]
  private let transitions: [Transition]
  /// What holds after the last transition.
  private let rule: TimeZoneRule?

  struct Zone: Sendable {
    /// Seconds east of UTC.
    var offset: Int
    var isDaylightSaving: Bool
    var abbreviation: String
  }

  struct Transition: Sendable {
    /// Seconds since 1970.
    var at: Int64
    var zone: Int
  }

  /// The zone at a time, and the seconds since 1970 between which it holds.
  struct Period {
    var offset: Int
    var abbreviation: String
    var start: Int64
    var end: Int64
  }

  public static let utc = TimeZoneRules(
    name: "UTC", zones: [Zone(offset: 0, isDaylightSaving: false, abbreviation: "UTC")], transitions: [], rule: nil)

  init(name: String, zones: [Zone], transitions: [Transition], rule: TimeZoneRule?) {
    self.name = name
    self.zones = zones
    self.transitions = transitions
    self.rule = rule
  }

  /// Seconds east of UTC at a time given as seconds since 1970.
  public func offset(at seconds: Int64) -> Int { period(at: seconds).offset }

  func period(at seconds: Int64) -> Period {
    guard let first = transitions.first, seconds >= first.at else {
      let end = transitions.first?.at ?? .max
      if transitions.isEmpty, let rule { return rule.period(at: seconds) }
      let zone = zones[firstZone]
      return Period(offset: zone.offset, abbreviation: zone.abbreviation, start: .min, end: end)
    }
    var low = 0
    var high = transitions.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if seconds < transitions[middle].at { high = middle } else { low = middle }
    }
    if low == transitions.count - 1, let rule {
      var period = rule.period(at: seconds)
      period.start = max(period.start, transitions[low].at)
      return period
    }
    let zone = zones[transitions[low].zone]
    let end = low + 1 < transitions.count ? transitions[low + 1].at : .max
    return Period(offset: zone.offset, abbreviation: zone.abbreviation, start: transitions[low].at, end: end)
  }

  /// The zone before the first transition: the first that is no daylight saving time (Go's lookupFirstZone).
  private var firstZone: Int {
    let used = transitions.contains { $0.zone == 0 }
    if !used { return 0 }
    if let first = transitions.first, zones[first.zone].isDaylightSaving {
      for zone in stride(from: first.zone - 1, through: 0, by: -1) where !zones[zone].isDaylightSaving { return zone }
    }
    return zones.firstIndex { !$0.isDaylightSaving } ?? 0
  }

  /// Seconds since 1970 of a local time. Of a time that exists twice the first is meant, one that does not exist is
  /// read with the offset before the gap: what Go's `time.Date` does.
  func utc(local: Int64) -> (seconds: Int64, offset: Int) {
    if zones.count == 1, transitions.isEmpty, rule == nil { return (local - Int64(zones[0].offset), zones[0].offset) }
    let guess = period(at: local)
    guard guess.offset != 0 else { return (local, 0) }
    let utc = local - Int64(guess.offset)
    if utc >= guess.start, utc < guess.end { return (utc, guess.offset) }
    let offset = period(at: utc).offset
    return (local - Int64(offset), offset)
  }

  /// The offset that an abbreviation such as `CEST` means here at a local time; `nil` when it is not used here.
  func offset(named abbreviation: UnsafeBufferPointer<UInt8>, local: Int64) -> Int? {
    var fallback: Int?
    for zone in zones where zone.abbreviation.utf8.elementsEqual(abbreviation) {
      let period = period(at: local - Int64(zone.offset))
      if period.abbreviation == zone.abbreviation { return period.offset }
      fallback = fallback ?? zone.offset
    }
    return fallback
  }
}
