/// A rule for all years: the text of POSIX' variable TZ, such as `CET-1CEST,M3.5.0,M10.5.0/3` (RFC 8536, section 3.3.1).
struct TimeZoneRule: Sendable {
  struct Zone: Sendable {
    var abbreviation: String
    /// Seconds east of UTC.
    var offset: Int
  }

  enum Day: Sendable {
    /// 1 to 365, February 29 never counted.
    case julian(Int)
    /// 0 to 365, February 29 counted.
    case ofYear(Int)
    /// `week` 5 is the last; weekday 0 is Sunday.
    case ofMonth(month: Int, week: Int, weekday: Int)
  }

  struct Change: Sendable {
    var day: Day
    /// Local seconds after midnight, by the clock that is left; may be negative or more than a day.
    var time: Int
  }

  private var standard: Zone
  private var saving: (zone: Zone, start: Change, end: Change)?

  init?(_ text: String) {
    var rest = Substring(text)
    guard let standard = Self.zone(&rest, defaultOffset: nil) else { return nil }
    self.standard = standard
    if rest.isEmpty { return }
    guard let zone = Self.zone(&rest, defaultOffset: standard.offset + 3600) else { return nil }
    // Without changes the rule of the United States is meant.
    if rest.isEmpty { rest = ",M3.2.0,M11.1.0" }
    guard let start = Self.change(&rest), let end = Self.change(&rest), rest.isEmpty else { return nil }
    saving = (zone, start, end)
  }

  func period(at seconds: Int64) -> TimeZoneRules.Period {
    guard let saving else {
      return .init(offset: standard.offset, abbreviation: standard.abbreviation, start: .min, end: .max)
    }
    let days = Int((Double(seconds) / 86_400).rounded(.down))
    let year = CivilDate.date(days: max(-100_000_000_000, min(100_000_000_000, days))).year
    // Changes of the neighbouring years bound the period.
    var changes: [(at: Int64, zone: Zone)] = []
    for year in (year - 1)...(year + 1) {
      changes.append((Self.seconds(saving.start, year: year, offset: standard.offset), saving.zone))
      changes.append((Self.seconds(saving.end, year: year, offset: saving.zone.offset), standard))
    }
    changes.sort { $0.at < $1.at }
    let next = changes.firstIndex { $0.at > seconds } ?? changes.count
    guard next > 0 else {
      return .init(offset: standard.offset, abbreviation: standard.abbreviation, start: .min, end: changes[0].at)
    }
    let now = changes[next - 1]
    return .init(
      offset: now.zone.offset, abbreviation: now.zone.abbreviation, start: now.at,
      end: next < changes.count ? changes[next].at : .max)
  }

  private static func seconds(_ change: Change, year: Int, offset: Int) -> Int64 {
    let first = CivilDate.days(year: year, month: 1, day: 1)
    let day: Int
    switch change.day {
    case .julian(let number): day = first + number - 1 + (CivilDate.isLeap(year) && number >= 60 ? 1 : 0)
    case .ofYear(let number): day = first + number
    case .ofMonth(let month, let week, let weekday):
      let start = CivilDate.days(year: year, month: month, day: 1)
      var number = (weekday - CivilDate.weekday(days: start) + 7) % 7 + (week - 1) * 7
      if number >= CivilDate.daysIn(month: month, year: year) { number -= 7 }
      day = start + number
    }
    return Int64(day) * 86_400 + Int64(change.time - offset)
  }

  private static func zone(_ rest: inout Substring, defaultOffset: Int?) -> Zone? {
    let name: Substring
    if rest.first == "<" {
      name = rest.dropFirst().prefix { $0 != ">" }
      rest = rest.dropFirst(name.count + 2)
    } else {
      name = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(name.count)
    }
    guard name.count >= 3 else { return nil }
    // POSIX counts west of Greenwich.
    if let offset = time(&rest) { return Zone(abbreviation: String(name), offset: -offset) }
    return defaultOffset.map { Zone(abbreviation: String(name), offset: $0) }
  }

  private static func change(_ rest: inout Substring) -> Change? {
    guard rest.first == "," else { return nil }
    rest = rest.dropFirst()
    let day: Day
    switch rest.first {
    case "M":
      rest = rest.dropFirst()
      guard let month = number(&rest, 1...12), dot(&rest), let week = number(&rest, 1...5), dot(&rest),
        let weekday = number(&rest, 0...6)
      else { return nil }
      day = .ofMonth(month: month, week: week, weekday: weekday)
    case "J":
      rest = rest.dropFirst()
      guard let number = number(&rest, 1...365) else { return nil }
      day = .julian(number)
    default:
      guard let number = number(&rest, 0...365) else { return nil }
      day = .ofYear(number)
    }
    guard rest.first == "/" else { return Change(day: day, time: 7200) }
    rest = rest.dropFirst()
    return time(&rest).map { Change(day: day, time: $0) }
  }

  /// `[+-]hh[:mm[:ss]]`
  private static func time(_ rest: inout Substring) -> Int? {
    var text = rest
    var sign = 1
    if text.first == "-" || text.first == "+" {
      sign = text.first == "-" ? -1 : 1
      text = text.dropFirst()
    }
    guard let hours = number(&text, 0...168) else { return nil }
    var total = hours * 3600
    for unit in [60, 1] where text.first == ":" {
      text = text.dropFirst()
      guard let value = number(&text, 0...59) else { return nil }
      total += value * unit
    }
    rest = text
    return sign * total
  }

  private static func dot(_ rest: inout Substring) -> Bool {
    guard rest.first == "." else { return false }
    rest = rest.dropFirst()
    return true
  }

  private static func number(_ rest: inout Substring, _ range: ClosedRange<Int>) -> Int? {
    let digits = rest.prefix { $0.isASCII && $0.isNumber }
    guard let value = Int(digits), range.contains(value) else { return nil }
    rest = rest.dropFirst(digits.count)
    return value
  }
}
