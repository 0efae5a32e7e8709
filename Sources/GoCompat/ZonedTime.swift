public import Bytes

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// A point in time together with the zone it is seen in, as Go's `time.Time`.
public struct ZonedTime: Sendable {
  /// Since 1970-01-01 UTC, rounded down.
  public var seconds: Int64
  /// 0 to 999 999 999.
  public var nanoseconds: Int32
  public var zone: TimeZoneRules

  public init(seconds: Int64, nanoseconds: Int32 = 0, zone: TimeZoneRules = .utc) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
    self.zone = zone
  }

  /// Go's zero time, the first second of the year 1.
  public static let zero = ZonedTime(seconds: -62_135_596_800)

  public static func now(in zone: TimeZoneRules = .system) -> ZonedTime {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return ZonedTime(seconds: Int64(time.tv_sec), nanoseconds: Int32(time.tv_nsec), zone: zone)
  }

  /// Years beyond any calendar are cut off, so that nothing overflows.
  private var local: (days: Int, second: Int) {
    let bounded = min(max(seconds, -1 << 52), 1 << 52)
    let local = Int(bounded) + offset
    let days = local >= 0 ? local / 86_400 : (local - 86_399) / 86_400
    return (days, local - days * 86_400)
  }

  /// Seconds east of UTC.
  public var offset: Int { zone.offset(at: seconds) }
  /// `CET`; without a name the offset.
  public var zoneName: String { zone.period(at: seconds).abbreviation }

  public var date: (year: Int, month: Int, day: Int) { CivilDate.date(days: local.days) }
  public var year: Int { date.year }
  /// 1 to 12.
  public var month: Int { date.month }
  public var day: Int { date.day }
  /// 0 is Sunday.
  public var weekday: Int { CivilDate.weekday(days: local.days) }
  /// From 1.
  public var yearDay: Int { local.days - CivilDate.days(year: year, month: 1, day: 1) + 1 }
  public var hour: Int { local.second / 3600 }
  public var minute: Int { local.second / 60 % 60 }
  public var second: Int { local.second % 60 }

  /// A time later by a duration, or earlier by a negative one.
  public func adding(_ duration: GoDuration) -> ZonedTime {
    var (whole, rest) = duration.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    rest += Int64(nanoseconds)
    if rest < 0 {
      whole -= 1
      rest += 1_000_000_000
    } else if rest >= 1_000_000_000 {
      whole += 1
      rest -= 1_000_000_000
    }
    return ZonedTime(seconds: seconds &+ whole, nanoseconds: Int32(rest), zone: zone)
  }

  /// How much later this is; the longest duration if it is more.
  public func since(_ earlier: ZonedTime) -> GoDuration {
    let (difference, overflow) = seconds.subtractingReportingOverflow(earlier.seconds)
    let (product, tooLarge) = difference.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, beyond) = product.addingReportingOverflow(Int64(nanoseconds) - Int64(earlier.nanoseconds))
    guard !overflow, !tooLarge, !beyond else {
      return GoDuration(nanoseconds: seconds > earlier.seconds ? .max : .min)
    }
    return GoDuration(nanoseconds: sum)
  }

  public static func monthName(_ month: Int) -> String {
    (1...12).contains(month) ? name(TimeReader.months[month - 1]) : "%!Month(\(month))"
  }

  public static func weekdayName(_ weekday: Int) -> String {
    (0...6).contains(weekday) ? name(TimeReader.weekdays[weekday]) : "%!Weekday(\(weekday))"
  }

  /// The reader's names are in lower case.
  private static func name(_ lower: StaticString) -> String {
    let text = "\(lower)"
    return text.prefix(1).uppercased() + text.dropFirst()
  }

  /// As Go prints a time: `2006-01-02 15:04:05.999999999 -0700 MST`.
  public func appendText(to out: inout ByteBuffer) { Self.plain.append(self, to: &out) }

  private static let plain = TimeLayout("2006-01-02 15:04:05.999999999 -0700 MST")
}

extension ZonedTime: Hashable {
  public static func == (a: ZonedTime, b: ZonedTime) -> Bool {
    a.seconds == b.seconds && a.nanoseconds == b.nanoseconds
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(seconds)
    hasher.combine(nanoseconds)
  }
}

extension ZonedTime {
  /// A date so many years, months and days later, at the same time of day; what goes beyond the end of a month counts on
  /// into the next.
  public func adding(years: Int, months: Int, days: Int) -> ZonedTime {
    let (year, month, day) = date
    let month0 = year * 12 + month - 1 + years * 12 + months
    let first = CivilDate.days(
      year: (month0 - (month0 % 12 + 12) % 12) / 12, month: (month0 % 12 + 12) % 12 + 1, day: 1)
    let seconds = Int64((first + day - 1 + days) * 86_400 + hour * 3600 + minute * 60 + second)
    return ZonedTime(seconds: zone.utc(local: seconds).seconds, nanoseconds: nanoseconds, zone: zone)
  }
}

extension TimeZoneRules {
  /// A zone of one offset, in seconds east of UTC, without a name.
  public static func fixed(offset: Int) -> TimeZoneRules {
    TimeZoneRules(
      name: "", zones: [Zone(offset: offset, isDaylightSaving: false, abbreviation: "")], transitions: [], rule: nil)
  }
}
