public import Bytes

// Writing times: the rules of Go's Time.Format.
extension TimeLayout {
  /// Appends a time as the layout shows it, in the zone of its `offset`.
  /// - Parameter abbreviation: the zone's name for `MST`; by default `UTC` for no offset, else the offset itself.
  public func format(_ time: ParsedTime, abbreviation: String? = nil, into out: inout ByteBuffer) {
    let fields = TimeFields(time)
    for element in elements { fields.append(element, literals, abbreviation, to: &out) }
  }

  public func format(_ time: ParsedTime, abbreviation: String? = nil) -> String {
    var out = ByteBuffer(capacity: 40)
    format(time, abbreviation: abbreviation, into: &out)
    return String(decoding: out.bytes, as: UTF8.self)
  }
}

extension ParsedTime {
  /// The same point in time, to be shown in another zone.
  public func shown(in zone: TimeZoneRules) -> ParsedTime {
    ParsedTime(seconds: seconds, nanoseconds: nanoseconds, offset: Int32(zone.offset(at: seconds)))
  }
}

/// A point in time by the clock and the calendar of its zone.
private struct TimeFields {
  private let year: Int
  private let month: Int
  private let day: Int
  private let days: Int
  private let second: Int
  private let nanoseconds: Int
  private let offset: Int

  init(_ time: ParsedTime) {
    let local = Int(time.seconds) &+ Int(time.offset)
    let (quotient, remainder) = local.quotientAndRemainder(dividingBy: 86_400)
    days = remainder < 0 ? quotient - 1 : quotient
    second = remainder < 0 ? remainder + 86_400 : remainder
    (year, month, day) = CivilDate.date(days: days)
    nanoseconds = Int(time.nanoseconds)
    offset = Int(time.offset)
  }

  private var hour: Int { second / 3600 }
  private var hour12: Int { hour % 12 == 0 ? 12 : hour % 12 }
  private var yearDay: Int { days - CivilDate.days(year: year, month: 1, day: 1) + 1 }

  func append(
    _ element: TimeLayout.Element, _ literals: [UInt8], _ abbreviation: String?, to out: inout ByteBuffer
  ) {
    func number(_ value: Int, _ width: Int = 0, pad: Character = "0") {
      let digits = String(value.magnitude)
      if value < 0 { out.append("-" as StaticString) }
      for _ in 0..<max(0, width - digits.count) { out.append(pad.asciiValue ?? 48) }
      out.append(digits)
    }
    func name(_ name: StaticString, _ length: Int? = nil) {
      out.append(name.utf8Start[0] - 32)
      out.append(UnsafeBufferPointer(start: name.utf8Start + 1, count: (length ?? name.utf8CodeUnitCount) - 1))
    }
    switch element {
    case .literal(let range): out.append(Array(literals[range]))
    case .longYear: number(year, 4)
    case .year: number((year % 100 + 100) % 100, 2)
    case .month: name(TimeReader.months[month - 1], 3)
    case .longMonth: name(TimeReader.months[month - 1])
    case .numMonth: number(month)
    case .zeroMonth: number(month, 2)
    case .weekday: name(TimeReader.weekdays[CivilDate.weekday(days: days)], 3)
    case .longWeekday: name(TimeReader.weekdays[CivilDate.weekday(days: days)])
    case .day: number(day)
    case .underDay: number(day, 2, pad: " ")
    case .zeroDay: number(day, 2)
    case .underYearDay: number(yearDay, 3, pad: " ")
    case .zeroYearDay: number(yearDay, 3)
    case .hour: number(hour, 2)
    case .hour12: number(hour12)
    case .zeroHour12: number(hour12, 2)
    case .minute: number(second / 60 % 60)
    case .zeroMinute: number(second / 60 % 60, 2)
    case .second: number(second % 60)
    case .zeroSecond: number(second % 60, 2)
    case .upperPM: out.append(hour < 12 ? "AM" : "PM" as StaticString)
    case .lowerPM: out.append(hour < 12 ? "am" : "pm" as StaticString)
    case .zoneOffset(let usesZ, let colon, let fields):
      if usesZ, offset == 0 {
        out.append("Z" as StaticString)
      } else {
        appendOffset(colon: colon, fields: fields, to: &out)
      }
    case .zoneName:
      if let abbreviation {
        out.append(abbreviation)
      } else if offset == 0 {
        out.append("UTC" as StaticString)
      } else {
        appendOffset(colon: false, fields: 2, to: &out)
      }
    case .fraction(let digits, let separator): appendFraction(digits, separator, trims: false, to: &out)
    case .optionalFraction(let digits, let separator): appendFraction(digits, separator, trims: true, to: &out)
    }
  }

  private func appendOffset(colon: Bool, fields: Int, to out: inout ByteBuffer) {
    out.append(offset < 0 ? "-" : "+" as StaticString)
    let magnitude = Int(offset.magnitude)
    for (index, value) in [magnitude / 3600, magnitude / 60 % 60, magnitude % 60].prefix(fields).enumerated() {
      if index > 0, colon { out.append(UInt8(ascii: ":")) }
      out.append(UInt8(48 + value / 10 % 10))
      out.append(UInt8(48 + value % 10))
    }
  }

  private func appendFraction(_ count: Int, _ separator: UInt8, trims: Bool, to out: inout ByteBuffer) {
    let text = String(nanoseconds)
    var digits = String(repeating: "0", count: 9 - text.count) + text
    digits = String(digits.prefix(count)) + String(repeating: "0", count: max(0, count - 9))
    while trims, digits.last == "0" { digits.removeLast() }
    if digits.isEmpty { return }
    out.append(separator)
    out.append(digits)
  }
}
