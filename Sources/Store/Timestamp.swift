/// Points in time as text, for answers and errors.
public enum Timestamp {
  /// `2026-01-15T10:00:00.5Z`, in UTC.
  public static func rfc3339(_ nanoseconds: Int64) -> String {
    let (seconds, fraction) = floorDivide(nanoseconds, 1_000_000_000)
    let (days, second) = floorDivide(seconds, 86_400)
    let (year, month, day) = civil(days)
    func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    var text = "\(year)-\(two(month))-\(two(day))T\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
    if fraction > 0 {
      var digits = String(fraction)
      digits = String(repeating: "0", count: 9 - digits.count) + digits
      while digits.hasSuffix("0") { digits.removeLast() }
      text += "." + digits
    }
    return text + "Z"
  }

  /// Nanoseconds of an RFC 3339 time; `nil` when it is none.
  public static func parse(rfc3339 text: String) -> Int64? {
    let bytes = Array(text.utf8)
    func number(_ range: Range<Int>) -> Int64? {
      guard range.upperBound <= bytes.count, bytes[range].allSatisfy({ (48...57).contains($0) }) else { return nil }
      return bytes[range].reduce(0) { $0 * 10 + Int64($1 - 48) }
    }
    func has(_ character: Character, at place: Int) -> Bool {
      place < bytes.count && bytes[place] == character.asciiValue
    }
    guard let year = number(0..<4), has("-", at: 4), let month = number(5..<7), has("-", at: 7),
      let day = number(8..<10), has("T", at: 10) || has("t", at: 10), let hour = number(11..<13), has(":", at: 13),
      let minute = number(14..<16), has(":", at: 16), let second = number(17..<19),
      (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61
    else { return nil }
    var place = 19
    var nanoseconds: Int64 = 0
    if has(".", at: place) {
      place += 1
      var scale: Int64 = 100_000_000
      let start = place
      while place < bytes.count, (48...57).contains(bytes[place]) {
        nanoseconds += Int64(bytes[place] - 48) * scale
        scale /= 10
        place += 1
      }
      if place == start { return nil }
    }
    var offset: Int64 = 0
    if has("Z", at: place) || has("z", at: place) {
      place += 1
    } else if has("+", at: place) || has("-", at: place) {
      guard let hours = number((place + 1)..<(place + 3)), has(":", at: place + 3),
        let minutes = number((place + 4)..<(place + 6))
      else { return nil }
      offset = (hours * 3600 + minutes * 60) * (has("-", at: place) ? -1 : 1)
      place += 6
    } else {
      return nil
    }
    guard place == bytes.count, (1678...2261).contains(year) else { return nil }
    let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset
    return seconds * 1_000_000_000 + nanoseconds
  }

  private static func floorDivide(_ a: Int64, _ b: Int64) -> (Int64, Int64) {
    let (quotient, remainder) = a.quotientAndRemainder(dividingBy: b)
    return remainder < 0 ? (quotient - 1, remainder + b) : (quotient, remainder)
  }

  /// Days since 1970 of a date in the Gregorian calendar; years are counted from March, so that leap days come last.
  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let y = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = floorDivide(y, 400)
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func civil(_ days: Int64) -> (Int64, Int64, Int64) {
    let (era, dayOfEra) = floorDivide(days + 719_468, 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0)
    return (year, month < 10 ? month + 3 : month - 9, dayOfYear - (153 * month + 2) / 5 + 1)
  }
}
