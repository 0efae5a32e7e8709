/// Takes the elements of a layout off a text, one after another, and keeps what they say.
struct TimeReader {
  var rest: Slice<UnsafeBufferPointer<UInt8>>
  private var year = 0
  private var month = -1
  private var day = -1
  private var yearDay = -1
  private var hour = 0
  private var minute = 0
  private var second = 0
  private var nanoseconds: Int32 = 0
  private var isAfternoon: Bool?
  private var zone = Zone.missing

  private enum Zone {
    case missing
    case utc
    case offset(Int)
    case name(Slice<UnsafeBufferPointer<UInt8>>)
  }

  init(rest: Slice<UnsafeBufferPointer<UInt8>>) { self.rest = rest }

  /// - Returns: `false` when the text does not go on like that.
  mutating func read(_ element: TimeLayout.Element, _ literals: [UInt8], fractionFollows: Bool) -> Bool {
    switch element {
    case .literal(let range): return skip(literals, range)
    case .year:
      guard let value = digits(2, signed: true) else { return false }
      year = value >= 69 ? value + 1900 : value + 2000
    case .longYear:
      guard isDigit(0), let value = digits(4) else { return false }
      year = value
    case .month: return Self.set(&month, index(in: Self.months, short: true))
    case .longMonth: return Self.set(&month, index(in: Self.months, short: false))
    case .numMonth: return Self.set(&month, number(), in: 1...12)
    case .zeroMonth: return Self.set(&month, number(fixed: true), in: 1...12)
    case .weekday: return index(in: Self.weekdays, short: true) != nil
    case .longWeekday: return index(in: Self.weekdays, short: false) != nil
    case .day: return Self.set(&day, number())
    case .underDay:
      skipBlank()
      return Self.set(&day, number())
    case .zeroDay: return Self.set(&day, number(fixed: true))
    case .underYearDay:
      skipBlank()
      skipBlank()
      return Self.set(&yearDay, threeDigits(fixed: false))
    case .zeroYearDay: return Self.set(&yearDay, threeDigits(fixed: true))
    case .hour: return Self.set(&hour, number(), in: 0...23)
    case .hour12: return Self.set(&hour, number(), in: 0...12)
    case .zeroHour12: return Self.set(&hour, number(fixed: true), in: 0...12)
    case .minute: return Self.set(&minute, number(), in: 0...59)
    case .zeroMinute: return Self.set(&minute, number(fixed: true), in: 0...59)
    case .second, .zeroSecond:
      guard Self.set(&second, number(fixed: element == .zeroSecond), in: 0...59) else { return false }
      if !fractionFollows { readFraction() }
    case .fraction(let digits, _): return readFraction(exactly: digits)
    case .optionalFraction: readFraction()
    case .upperPM: return readHalf(am: "AM", pm: "PM")
    case .lowerPM: return readHalf(am: "am", pm: "pm")
    case .zoneOffset(let usesZ, let colon, let fields): return readOffset(usesZ: usesZ, colon: colon, fields: fields)
    case .zoneName: return readZoneName()
    }
    return true
  }

  // MARK: Small parts

  private func byte(_ offset: Int) -> UInt8? { offset < rest.count ? rest[rest.startIndex + offset] : nil }
  private func isDigit(_ offset: Int) -> Bool { byte(offset).map { $0 &- 48 <= 9 } ?? false }
  private mutating func drop(_ count: Int) { rest = rest[(rest.startIndex + count)...] }
  private mutating func skipBlank() { if byte(0) == UInt8(ascii: " ") { drop(1) } }

  @inline(__always)
  private static func set(_ field: inout Int, _ value: Int?, in range: ClosedRange<Int> = 0...Int.max) -> Bool {
    guard let value, range.contains(value) else { return false }
    field = value
    return true
  }

  /// Runs of blanks in the layout fit runs of blanks in the text.
  private mutating func skip(_ literals: [UInt8], _ range: Range<Int>) -> Bool {
    var at = range.lowerBound
    while at < range.upperBound {
      if literals[at] == UInt8(ascii: " ") {
        if let next = byte(0), next != UInt8(ascii: " ") { return false }
        while at < range.upperBound, literals[at] == UInt8(ascii: " ") { at += 1 }
        while byte(0) == UInt8(ascii: " ") { drop(1) }
      } else {
        guard byte(0) == literals[at] else { return false }
        at += 1
        drop(1)
      }
    }
    return true
  }

  /// Exactly so many digits; `signed` lets a sign stand for the first.
  private mutating func digits(_ count: Int, signed: Bool = false) -> Int? {
    guard rest.count >= count else { return nil }
    var value = 0
    var start = 0
    if signed, byte(0) == UInt8(ascii: "-") || byte(0) == UInt8(ascii: "+") { start = 1 }
    for offset in start..<count {
      guard let digit = byte(offset), digit &- 48 <= 9 else { return nil }
      value = value * 10 + Int(digit &- 48)
    }
    if start == 1, byte(0) == UInt8(ascii: "-") { value = -value }
    drop(count)
    return value
  }

  /// One or two digits; exactly two if `fixed`.
  private mutating func number(fixed: Bool = false) -> Int? {
    guard isDigit(0) else { return nil }
    return isDigit(1) ? digits(2) : fixed ? nil : digits(1)
  }

  private mutating func threeDigits(fixed: Bool) -> Int? {
    var count = 0
    while count < 3, isDigit(count) { count += 1 }
    return count == 0 || fixed && count != 3 ? nil : digits(count)
  }

  static let months: [StaticString] = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
  ]
  static let weekdays: [StaticString] = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]

  /// Which of the names the text begins with, in any letter case; months count from 1.
  private mutating func index(in names: [StaticString], short: Bool) -> Int? {
    for (index, name) in names.enumerated() {
      let length = short ? 3 : name.utf8CodeUnitCount
      guard rest.count >= length else { continue }
      var fits = true
      for offset in 0..<length where byte(offset).map({ $0 | 0x20 }) != name.utf8Start[offset] { fits = false }
      if fits {
        drop(length)
        return index + 1
      }
    }
    return nil
  }

  // MARK: Fractions, halves of the day, zones

  /// Takes a fraction if one is there.
  private mutating func readFraction() {
    guard isFractionSign(byte(0)), isDigit(1) else { return }
    var digits = 1
    while isDigit(1 + digits) { digits += 1 }
    _ = readFraction(exactly: digits)
  }

  private mutating func readFraction(exactly digits: Int) -> Bool {
    guard isFractionSign(byte(0)), rest.count > digits else { return false }
    var value: Int32 = 0
    // What lies below a nanosecond is cut.
    for offset in 1...9 {
      value *= 10
      if offset <= digits {
        guard let digit = byte(offset), digit &- 48 <= 9 else { return false }
        value += Int32(digit &- 48)
      }
    }
    nanoseconds = value
    drop(1 + digits)
    return true
  }

  private func isFractionSign(_ byte: UInt8?) -> Bool { byte == UInt8(ascii: ".") || byte == UInt8(ascii: ",") }

  private mutating func readHalf(am: StaticString, pm: StaticString) -> Bool {
    guard let first = byte(0), let second = byte(1) else { return false }
    if first == pm.utf8Start[0], second == pm.utf8Start[1] {
      isAfternoon = true
    } else if first == am.utf8Start[0], second == am.utf8Start[1] {
      isAfternoon = false
    } else {
      return false
    }
    drop(2)
    return true
  }

  private mutating func readOffset(usesZ: Bool, colon: Bool, fields: Int) -> Bool {
    if usesZ, byte(0) == UInt8(ascii: "Z") {
      zone = .utc
      drop(1)
      return true
    }
    guard let sign = byte(0), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return false }
    drop(1)
    var seconds = 0
    for (field, unit) in [(0, 3600), (1, 60), (2, 1)] where field < fields {
      if field > 0, colon {
        guard byte(0) == UInt8(ascii: ":") else { return false }
        drop(1)
      }
      guard let value = number(fixed: true), value <= (field == 0 ? 24 : 60) else { return false }
      seconds += value * unit
    }
    zone = .offset(sign == UInt8(ascii: "-") ? -seconds : seconds)
    return true
  }

  private mutating func readZoneName() -> Bool {
    if rest.starts(with: "UTC".utf8) {
      zone = .utc
      drop(3)
      return true
    }
    guard let length = zoneNameLength() else { return false }
    zone = .name(rest.prefix(length))
    drop(length)
    return true
  }

  private func zoneNameLength() -> Int? {
    guard rest.count >= 3 else { return nil }
    if rest.starts(with: "ChST".utf8) || rest.starts(with: "MeST".utf8) { return 4 }
    if rest.starts(with: "GMT".utf8) { return 3 + (hoursLength(3) ?? 0) }
    if byte(0) == UInt8(ascii: "+") || byte(0) == UInt8(ascii: "-") { return hoursLength(0) }
    var letters = 0
    while letters < 6, let letter = byte(letters), letter >= UInt8(ascii: "A"), letter <= UInt8(ascii: "Z") {
      letters += 1
    }
    switch letters {
    case 3: return 3
    case 4: return byte(3) == UInt8(ascii: "T") || rest.starts(with: "WITA".utf8) ? 4 : nil
    case 5: return byte(4) == UInt8(ascii: "T") ? 5 : nil
    default: return nil
    }
  }

  /// The length of a signed number of hours up to 23.
  private func hoursLength(_ offset: Int) -> Int? {
    guard let sign = byte(offset), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return nil }
    var length = 1
    var value = 0
    while isDigit(offset + length), let digit = byte(offset + length) {
      value = min(value * 10 + Int(digit &- 48), 1000)
      length += 1
    }
    return length > 1 && value <= 23 ? length : nil
  }

  // MARK: Putting it together

  /// The local time in seconds since 1970; `nil` when there is no such date.
  mutating func local(missingYear: Int?) -> Int64? {
    if let isAfternoon {
      if isAfternoon, hour < 12 { hour += 12 }
      if !isAfternoon, hour == 12 { hour = 0 }
    }
    if yearDay >= 0 {
      guard let (dayMonth, dayOfMonth) = Self.date(yearDay: yearDay, year: year) else { return nil }
      guard month < 0 || month == dayMonth, day < 0 || day == dayOfMonth else { return nil }
      month = dayMonth
      day = dayOfMonth
    }
    if month < 0 { month = 1 }
    if day < 0 { day = 1 }
    // Without a year the 29th of February passes, since the year 0 is a leap year; elsewhere it is the 1st of March.
    guard day >= 1, day <= CivilDate.daysIn(month: month, year: year) else { return nil }
    let days = CivilDate.days(year: missingYear ?? year, month: month, day: day)
    return Int64(days) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
  }

  private static func date(yearDay: Int, year: Int) -> (month: Int, day: Int)? {
    var yearDay = yearDay
    if CivilDate.isLeap(year) {
      if yearDay == 60 { return (2, 29) }
      if yearDay > 60 { yearDay -= 1 }
    }
    guard yearDay >= 1, yearDay <= 365 else { return nil }
    var month = (yearDay - 1) / 31 + 1
    if CivilDate.daysBefore(month: month + 1) < yearDay { month += 1 }
    return (month, yearDay - CivilDate.daysBefore(month: month))
  }

  func resolve(_ local: Int64, in location: TimeZoneRules, names: TimeZoneRules) -> ParsedTime {
    switch zone {
    case .utc: return ParsedTime(seconds: local, nanoseconds: nanoseconds)
    case .offset(let offset):
      return ParsedTime(seconds: local - Int64(offset), nanoseconds: nanoseconds, offset: Int32(offset))
    case .name(let name):
      let offset = names.offset(named: UnsafeBufferPointer(rebasing: name), local: local) ?? 0
      return ParsedTime(seconds: local - Int64(offset), nanoseconds: nanoseconds, offset: Int32(offset))
    case .missing:
      let (seconds, offset) = location.utc(local: local)
      return ParsedTime(seconds: seconds, nanoseconds: nanoseconds, offset: Int32(offset))
    }
  }
}
