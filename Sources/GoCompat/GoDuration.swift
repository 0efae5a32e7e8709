/// A duration as Go writes it: whole nanoseconds, printed as `1h2m3.5s`.
public struct GoDuration: Hashable, Comparable, Sendable {
  /// Whole nanoseconds; negative durations point back in time.
  public var nanoseconds: Int64

  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  public static let zero = GoDuration(nanoseconds: 0)

  public static func milliseconds(_ count: Int64) -> GoDuration { GoDuration(nanoseconds: count * 1_000_000) }
  public static func seconds(_ count: Int64) -> GoDuration { GoDuration(nanoseconds: count * 1_000_000_000) }

  public static func < (a: GoDuration, b: GoDuration) -> Bool { a.nanoseconds < b.nanoseconds }

  public var seconds: Double { Double(nanoseconds) / 1e9 }

  /// Reads what Go's `time.ParseDuration` reads: `300ms`, `-1.5h`, `2h45m`. Units are ns, us (µs, μs), ms, s, m and h;
  /// every number needs one, except `0`.
  /// - Returns: `nil` when the text is no duration or does not fit into 64 bits of nanoseconds.
  public static func parse(_ text: some StringProtocol) -> GoDuration? {
    var text = String(text)
    return text.withUTF8 { parse($0) }
  }

  public static func parse(_ text: UnsafeBufferPointer<UInt8>) -> GoDuration? {
    var rest = text[...]
    var negative = false
    if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      negative = sign == UInt8(ascii: "-")
      rest = rest.dropFirst()
    }
    if rest.count == 1, rest.first == UInt8(ascii: "0") { return .zero }
    guard !rest.isEmpty else { return nil }
    // One more than Int64 holds, for the most negative duration.
    let limit = UInt64(1) << 63
    var total: UInt64 = 0
    while !rest.isEmpty {
      guard let (value, fraction, scale) = number(&rest), let unit = unit(&rest) else { return nil }
      guard value <= limit / unit else { return nil }
      var nanoseconds = value * unit
      if fraction > 0 {
        nanoseconds += UInt64(Double(fraction) * (Double(unit) / scale))
        guard nanoseconds <= limit else { return nil }
      }
      let (sum, overflow) = total.addingReportingOverflow(nanoseconds)
      guard !overflow, sum <= limit else { return nil }
      total = sum
    }
    if negative { return GoDuration(nanoseconds: Int64(bitPattern: 0 &- total)) }
    return total < limit ? GoDuration(nanoseconds: Int64(total)) : nil
  }

  private typealias Bytes = Slice<UnsafeBufferPointer<UInt8>>

  private static func number(_ rest: inout Bytes) -> (whole: UInt64, fraction: UInt64, scale: Double)? {
    let limit = UInt64(1) << 63
    var whole: UInt64 = 0
    var digits = 0
    while let byte = rest.first, byte &- 48 <= 9 {
      guard whole <= limit / 10 else { return nil }
      whole = whole * 10 + UInt64(byte &- 48)
      guard whole <= limit else { return nil }
      digits += 1
      rest = rest.dropFirst()
    }
    var fraction: UInt64 = 0
    var scale = 1.0
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      var full = false
      while let byte = rest.first, byte &- 48 <= 9 {
        digits += 1
        rest = rest.dropFirst()
        if full { continue }
        // Digits beyond 63 bits do not change the result.
        if fraction > (limit - 1) / 10 {
          full = true
          continue
        }
        fraction = fraction * 10 + UInt64(byte &- 48)
        scale *= 10
      }
    }
    return digits > 0 ? (whole, fraction, scale) : nil
  }

  private static func unit(_ rest: inout Bytes) -> UInt64? {
    var name: UInt32 = 0
    while let byte = rest.first, byte != UInt8(ascii: "."), byte &- 48 > 9 {
      // No unit has more than three bytes, or a NUL.
      if name > 0xFFFF || byte == 0 { return nil }
      name = name << 8 | UInt32(byte)
      rest = rest.dropFirst()
    }
    switch name {
    case 0x6e73: return 1  // ns
    case 0x7573, 0xC2B573, 0xCEBC73: return 1_000  // us, µs (U+00B5), μs (U+03BC)
    case 0x6d73: return 1_000_000  // ms
    case 0x73: return 1_000_000_000  // s
    case 0x6d: return 60_000_000_000  // m
    case 0x68: return 3_600_000_000_000  // h
    default: return nil
    }
  }
}

extension GoDuration: CustomStringConvertible {
  /// Go's form: `0s`, `1.5µs`, `250ms`, `1m30s`, `2h0m0s`.
  public var description: String {
    if nanoseconds == 0 { return "0s" }
    let sign = nanoseconds < 0 ? "-" : ""
    let magnitude = nanoseconds.magnitude
    switch magnitude {
    case ..<1_000: return "\(sign)\(magnitude)ns"
    case ..<1_000_000: return sign + Self.decimal(magnitude, digits: 3) + "µs"
    case ..<1_000_000_000: return sign + Self.decimal(magnitude, digits: 6) + "ms"
    default: break
    }
    let minutes = magnitude / 60_000_000_000
    let seconds = Self.decimal(magnitude % 60_000_000_000, digits: 9) + "s"
    if minutes == 0 { return sign + seconds }
    if minutes < 60 { return "\(sign)\(minutes)m\(seconds)" }
    return "\(sign)\(minutes / 60)h\(minutes % 60)m\(seconds)"
  }

  /// `value` / 10^digits without trailing zeros.
  private static func decimal(_ value: UInt64, digits: Int) -> String {
    var fraction = String(value % power(digits))
    fraction = String(repeating: "0", count: digits - fraction.count) + fraction
    while fraction.last == "0" { fraction.removeLast() }
    let whole = String(value / power(digits))
    return fraction.isEmpty ? whole : whole + "." + fraction
  }

  private static func power(_ digits: Int) -> UInt64 { (0..<digits).reduce(1) { value, _ in value * 10 } }
}
