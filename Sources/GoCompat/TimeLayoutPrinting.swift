public import Bytes

// Printing times: the rules of Go's time.Format.
extension TimeLayout {
  /// Appends a time in this layout.
  public func append(_ time: ZonedTime, to out: inout ByteBuffer) {
    for element in elements { append(element, time, to: &out) }
  }

  private func append(_ element: Element, _ time: ZonedTime, to out: inout ByteBuffer) {
    switch element {
    case .literal(let range): out.append(Array(literals[range]))
    case .longMonth: out.append(ZonedTime.monthName(time.month))
    case .month: out.append(String(ZonedTime.monthName(time.month).prefix(3)))
    case .numMonth: append(time.month, 1, to: &out)
    case .zeroMonth: append(time.month, 2, to: &out)
    case .longWeekday: out.append(ZonedTime.weekdayName(time.weekday))
    case .weekday: out.append(String(ZonedTime.weekdayName(time.weekday).prefix(3)))
    case .day: append(time.day, 1, to: &out)
    case .underDay: append(time.day, 2, fill: UInt8(ascii: " "), to: &out)
    case .zeroDay: append(time.day, 2, to: &out)
    case .underYearDay: append(time.yearDay, 3, fill: UInt8(ascii: " "), to: &out)
    case .zeroYearDay: append(time.yearDay, 3, to: &out)
    case .hour: append(time.hour, 2, to: &out)
    case .hour12: append(time.hour % 12 == 0 ? 12 : time.hour % 12, 1, to: &out)
    case .zeroHour12: append(time.hour % 12 == 0 ? 12 : time.hour % 12, 2, to: &out)
    case .minute: append(time.minute, 1, to: &out)
    case .zeroMinute: append(time.minute, 2, to: &out)
    case .second: append(time.second, 1, to: &out)
    case .zeroSecond: append(time.second, 2, to: &out)
    case .longYear: append(time.year, 4, to: &out)
    case .year: append(abs(time.year % 100), 2, to: &out)
    case .upperPM: out.append(time.hour >= 12 ? "PM" : "AM" as StaticString)
    case .lowerPM: out.append(time.hour >= 12 ? "pm" : "am" as StaticString)
    case .zoneName: appendZoneName(time, to: &out)
    case .zoneOffset(let usesZ, let colon, let fields): appendOffset(time.offset, usesZ, colon, fields, to: &out)
    case .fraction(let digits, let separator): appendFraction(time, digits, separator, trims: false, to: &out)
    case .optionalFraction(let digits, let separator): appendFraction(time, digits, separator, trims: true, to: &out)
    }
  }

  private func append(_ value: Int, _ width: Int, fill: UInt8 = UInt8(ascii: "0"), to out: inout ByteBuffer) {
    if value < 0 { out.append(UInt8(ascii: "-")) }
    let digits = String(value.magnitude)
    for _ in 0..<max(0, width - digits.utf8.count) { out.append(fill) }
    out.append(digits)
  }

  private func appendZoneName(_ time: ZonedTime, to out: inout ByteBuffer) {
    let name = time.zoneName
    if !name.isEmpty { return out.append(name) }
    appendOffset(time.offset, false, false, time.offset % 3600 == 0 ? 1 : 2, to: &out)
  }

  private func appendOffset(_ offset: Int, _ usesZ: Bool, _ colon: Bool, _ fields: Int, to out: inout ByteBuffer) {
    if usesZ, offset == 0 { return out.append(UInt8(ascii: "Z")) }
    out.append(UInt8(ascii: offset < 0 ? "-" : "+"))
    let parts = [abs(offset) / 3600, abs(offset) / 60 % 60, abs(offset) % 60]
    for (index, part) in parts.prefix(fields).enumerated() {
      if index > 0, colon { out.append(UInt8(ascii: ":")) }
      append(part, 2, to: &out)
    }
  }

  private func appendFraction(
    _ time: ZonedTime, _ digits: Int, _ separator: UInt8, trims: Bool, to out: inout ByteBuffer
  ) {
    var text = Array(String(time.nanoseconds).utf8)
    text = [UInt8](repeating: UInt8(ascii: "0"), count: max(0, 9 - text.count)) + text
    if digits < 9 {
      text.removeLast(9 - digits)
    } else {
      text += [UInt8](repeating: UInt8(ascii: "0"), count: trims ? 0 : min(digits - 9, 64))
    }
    if trims {
      while text.last == UInt8(ascii: "0") { text.removeLast() }
      if text.isEmpty { return }
    }
    out.append(separator)
    out.append(text)
  }
}
