/// A layout of times as Go writes it, by how Mon Jan 2 15:04:05 MST 2006 would look; compiled once, then used for many.
public final class TimeLayout: Sendable {
  /// As it was given.
  public let text: String
  /// Whether times have a year. Without one, the caller says which is meant.
  public let hasYear: Bool
  let elements: [Element]
  /// What the `literal` elements point into.
  let literals: [UInt8]
  /// RFC 3339's columns are fixed, which a faster reader uses.
  let isRFC3339: Bool

  enum Element: Hashable, Sendable {
    case literal(Range<Int>)
    case longMonth, month, numMonth, zeroMonth
    case longWeekday, weekday
    case day, underDay, zeroDay, underYearDay, zeroYearDay
    case hour, hour12, zeroHour12
    case minute, zeroMinute, second, zeroSecond
    case longYear, year
    case upperPM, lowerPM
    case zoneName
    /// `Z` for UTC if `usesZ`; minutes unless `fields` is 1, seconds if it is 3.
    case zoneOffset(usesZ: Bool, colon: Bool, fields: Int)
    /// `.000`: exactly so many digits, after this sign.
    case fraction(digits: Int, separator: UInt8)
    /// `.999`: as many digits as there are.
    case optionalFraction(digits: Int, separator: UInt8)
  }

  public init(_ text: String) {
    self.text = text
    let bytes = Array(text.utf8)
    var elements: [Element] = []
    var literals: [UInt8] = []
    var start = 0
    func close(_ elements: inout [Element]) {
      if literals.count > start { elements.append(.literal(start..<literals.count)) }
      start = literals.count
    }
    var at = 0
    while at < bytes.count {
      if let (element, prefix, length) = Self.element(bytes[at...]) {
        literals += bytes[at..<(at + prefix)]
        close(&elements)
        elements.append(element)
        at += prefix + length
      } else {
        literals.append(bytes[at])
        at += 1
      }
    }
    close(&elements)
    self.elements = elements
    self.literals = literals
    hasYear = elements.contains { $0 == .longYear || $0 == .year }
    isRFC3339 = text == "2006-01-02T15:04:05Z07:00" || text == "2006-01-02T15:04:05.999999999Z07:00"
  }

  private static let fixed: [(text: StaticString, element: Element)] = [
    ("January", .longMonth), ("Monday", .longWeekday), ("MST", .zoneName),
    ("002", .zeroYearDay), ("01", .zeroMonth), ("02", .zeroDay), ("03", .zeroHour12), ("04", .zeroMinute),
    ("05", .zeroSecond), ("06", .year), ("15", .hour), ("1", .numMonth), ("2006", .longYear), ("2", .day),
    ("__2", .underYearDay), ("_2", .underDay), ("3", .hour12), ("4", .minute), ("5", .second),
    ("PM", .upperPM), ("pm", .lowerPM),
    ("-070000", .zoneOffset(usesZ: false, colon: false, fields: 3)),
    ("-07:00:00", .zoneOffset(usesZ: false, colon: true, fields: 3)),
    ("-0700", .zoneOffset(usesZ: false, colon: false, fields: 2)),
    ("-07:00", .zoneOffset(usesZ: false, colon: true, fields: 2)),
    ("-07", .zoneOffset(usesZ: false, colon: false, fields: 1)),
    ("Z070000", .zoneOffset(usesZ: true, colon: false, fields: 3)),
    ("Z07:00:00", .zoneOffset(usesZ: true, colon: true, fields: 3)),
    ("Z0700", .zoneOffset(usesZ: true, colon: false, fields: 2)),
    ("Z07:00", .zoneOffset(usesZ: true, colon: true, fields: 2)),
    ("Z07", .zoneOffset(usesZ: true, colon: false, fields: 1)),
  ]

  /// The element that begins here, perhaps after `prefix` literal bytes.
  private static func element(_ rest: ArraySlice<UInt8>) -> (element: Element, prefix: Int, length: Int)? {
    func begins(_ text: StaticString) -> Bool {
      rest.starts(with: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
    func isLowercase(_ byte: UInt8?) -> Bool {
      byte.map { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) } ?? false
    }
    // An underscore before a year is only an underscore.
    if begins("_2006") { return (.longYear, 1, 4) }
    if let separator = rest.first, separator == UInt8(ascii: ".") || separator == UInt8(ascii: ",") {
      return fraction(rest, separator)
    }
    for (text, element) in fixed where begins(text) { return (element, 0, text.utf8CodeUnitCount) }
    // `Jan` and `Mon` are no elements within a word such as `Janet`.
    if begins("Jan"), !isLowercase(rest.dropFirst(3).first) { return (.month, 0, 3) }
    if begins("Mon"), !isLowercase(rest.dropFirst(3).first) { return (.weekday, 0, 3) }
    return nil
  }

  private static func fraction(_ rest: ArraySlice<UInt8>, _ separator: UInt8) -> (Element, prefix: Int, length: Int)? {
    guard let digit = rest.dropFirst().first, digit == UInt8(ascii: "0") || digit == UInt8(ascii: "9") else {
      return nil
    }
    let digits = rest.dropFirst().prefix { $0 == digit }.count
    if let next = rest.dropFirst(1 + digits).first, next &- 48 <= 9 { return nil }
    let isExact = digit == UInt8(ascii: "0")
    let element: Element =
      isExact
      ? .fraction(digits: digits, separator: separator) : .optionalFraction(digits: digits, separator: separator)
    return (element, 0, 1 + digits)
  }
}
