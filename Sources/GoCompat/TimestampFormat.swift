/// What the `format` of a timestamp stage says: a name that Promtail knows, or a layout.
public final class TimestampFormat: Sendable {
  /// As it was written in the configuration.
  public let text: String
  private let form: Form
  /// nil for numbers.
  private let layout: TimeLayout?

  private enum Form: Sendable {
    /// What `layout` says.
    case layout(isNamed: Bool)
    case unixSeconds
    /// Integers, each worth this many nanoseconds.
    case unix(nanoseconds: Int64)
  }

  private static let layouts: [String: String] = [
    "ANSIC": "Mon Jan _2 15:04:05 2006",
    "UnixDate": "Mon Jan _2 15:04:05 MST 2006",
    "RubyDate": "Mon Jan 02 15:04:05 -0700 2006",
    "RFC822": "02 Jan 06 15:04 MST",
    "RFC822Z": "02 Jan 06 15:04 -0700",
    "RFC850": "Monday, 02-Jan-06 15:04:05 MST",
    "RFC1123": "Mon, 02 Jan 2006 15:04:05 MST",
    "RFC1123Z": "Mon, 02 Jan 2006 15:04:05 -0700",
    "RFC3339": "2006-01-02T15:04:05Z07:00",
    "RFC3339Nano": "2006-01-02T15:04:05.999999999Z07:00",
  ]

  public static let rfc3339Nano = TimestampFormat("RFC3339Nano")

  /// Any text is a format: what is no name is a layout, even one that no time fits.
  public init(_ text: String) {
    self.text = text
    form =
      switch text {
      case "Unix": .unixSeconds
      case "UnixMs": .unix(nanoseconds: 1_000_000)
      case "UnixUs": .unix(nanoseconds: 1_000)
      case "UnixNs": .unix(nanoseconds: 1)
      default: .layout(isNamed: Self.layouts[text] != nil)
      }
    if case .layout = form { layout = TimeLayout(Self.layouts[text] ?? text) } else { layout = nil }
  }

  /// Whether the layout is that of RFC 3339, with any fraction.
  public var isRFC3339: Bool { layout?.isRFC3339 ?? false }

  /// Whether times have no year, so that the current one is meant.
  public var lacksYear: Bool {
    layout.map { !$0.hasYear } ?? false
  }

  /// Reads a time. Allocates nothing.
  /// - Parameters:
  ///   - location: for layouts the zone of times without one; named formats ignore it, as Promtail does.
  ///   - currentYear: asked for only if the layout has no year.
  public func parse(
    _ text: UnsafeBufferPointer<UInt8>, location: TimeZoneRules? = nil, currentYear: @autoclosure () -> Int
  ) -> ParsedTime? {
    switch form {
    case .unixSeconds: return Self.unixSeconds(text)
    case .unix(let scale):
      guard let value = GoNumber.parseInt(text) else { return nil }
      // Promtail multiplies in 64 bits too, so far dates wrap around.
      return Self.time(nanoseconds: value &* scale)
    case .layout(let isNamed):
      guard let layout else { return nil }
      let location = isNamed ? nil : location
      return layout.parse(
        text, in: location ?? .utc, names: location ?? .system, missingYear: layout.hasYear ? nil : currentYear())
    }
  }

  private static func time(nanoseconds: Int64) -> ParsedTime {
    let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    return rest < 0
      ? ParsedTime(seconds: seconds - 1, nanoseconds: Int32(rest + 1_000_000_000))
      : ParsedTime(seconds: seconds, nanoseconds: Int32(rest))
  }

  /// Whole seconds, and a fraction that is added even to negative ones: `-1.5` is half a second before 1970.
  private static func unixSeconds(_ text: UnsafeBufferPointer<UInt8>) -> ParsedTime? {
    guard let dot = text.firstIndex(of: UInt8(ascii: ".")) else {
      return GoNumber.parseInt(text).map { ParsedTime(seconds: $0) }
    }
    let whole = UnsafeBufferPointer(rebasing: text[..<dot])
    let fraction = text[(dot + 1)...]
    guard let seconds = GoNumber.parseInt(whole), !fraction.isEmpty else { return nil }
    var nanoseconds: Int32 = 0
    var scale: Int32 = 100_000_000
    for digit in fraction {
      guard digit &- 48 <= 9 else { return nil }
      nanoseconds += Int32(digit &- 48) * scale
      scale /= 10
    }
    return ParsedTime(seconds: seconds, nanoseconds: nanoseconds)
  }
}
