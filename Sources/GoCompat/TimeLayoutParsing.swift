// Reading times: the rules of Go's time.Parse, leniencies included. A fraction may follow the seconds although the
// layout has none; a comma equals a dot; hours may have one digit; a wrong weekday passes.
extension TimeLayout {
  /// Reads a time. Allocates nothing.
  /// - Parameters:
  ///   - location: the zone of times that name none.
  ///   - names: where abbreviations such as `CEST` are looked up; unknown ones count as UTC.
  ///   - missingYear: the year of layouts without one; by default the year 0.
  /// - Returns: `nil` when the text does not fit the layout or the date does not exist.
  public func parse(
    _ text: UnsafeBufferPointer<UInt8>, in location: TimeZoneRules, names: TimeZoneRules, missingYear: Int? = nil
  ) -> ParsedTime? {
    if isRFC3339, let time = RFC3339.parse(text) { return time }
    var reader = TimeReader(rest: text[...])
    for index in elements.indices {
      let fractionFollows = index + 1 < elements.count && elements[index + 1].isFraction
      guard reader.read(elements[index], literals, fractionFollows: fractionFollows) else { return nil }
    }
    guard reader.rest.isEmpty, let local = reader.local(missingYear: hasYear ? nil : missingYear) else { return nil }
    return reader.resolve(local, in: location, names: names)
  }
}

extension TimeLayout.Element {
  fileprivate var isFraction: Bool {
    switch self {
    case .fraction, .optionalFraction: true
    default: false
    }
  }
}

/// The columns of RFC 3339 that nearly all lines have; what does not fit goes the long way.
enum RFC3339 {
  static func parse(_ text: UnsafeBufferPointer<UInt8>) -> ParsedTime? {
    let count = text.count
    guard count >= 20 else { return nil }
    func two(_ at: Int) -> Int? {
      let high = text[at] &- 48
      let low = text[at &+ 1] &- 48
      return high <= 9 && low <= 9 ? Int(high) &* 10 &+ Int(low) : nil
    }
    guard let century = two(0), let ofCentury = two(2), let month = two(5), let day = two(8), let hour = two(11),
      let minute = two(14), let second = two(17),
      text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"), text[10] == UInt8(ascii: "T"),
      text[13] == UInt8(ascii: ":"), text[16] == UInt8(ascii: ":")
    else { return nil }
    let year = century &* 100 &+ ofCentury
    guard month >= 1, month <= 12, day >= 1, hour < 24, minute < 60, second < 60,
      day <= 28 || day <= CivilDate.daysIn(month: month, year: year)
    else { return nil }
    var at = 19
    var nanoseconds: Int32 = 0
    if text[at] == UInt8(ascii: ".") {
      at &+= 1
      var scale: Int32 = 100_000_000
      let start = at
      while at < count, text[at] &- 48 <= 9 {
        nanoseconds &+= Int32(text[at] &- 48) &* scale
        scale /= 10
        at &+= 1
      }
      if at == start { return nil }
    }
    var offset = 0
    if count == at &+ 1, text[at] == UInt8(ascii: "Z") {
      offset = 0
    } else if count == at &+ 6, text[at &+ 3] == UInt8(ascii: ":"), let hours = two(at &+ 1),
      let minutes = two(at &+ 4),
      hours < 24, minutes < 60
    {
      offset = hours &* 3600 &+ minutes &* 60
      if text[at] == UInt8(ascii: "-") { offset = -offset } else if text[at] != UInt8(ascii: "+") { return nil }
    } else {
      return nil
    }
    let days = CivilDate.days(year: year, month: month, day: day)
    let seconds = Int64(days &* 86_400 &+ hour &* 3600 &+ minute &* 60 &+ second &- offset)
    return ParsedTime(seconds: seconds, nanoseconds: nanoseconds, offset: Int32(offset))
  }
}
