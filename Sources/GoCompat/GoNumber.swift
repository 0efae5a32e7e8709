public import Bytes

/// Numbers as Go's `strconv` reads and writes them.
public enum GoNumber {
  /// A decimal integer with an optional sign (`ParseInt(s, 10, 64)`); `nil` for anything else and beyond 64 bits.
  public static func parseInt(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
    var rest = text[...]
    var negative = false
    if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      negative = sign == UInt8(ascii: "-")
      rest = rest.dropFirst()
    }
    guard !rest.isEmpty else { return nil }
    var value: Int64 = 0
    for byte in rest {
      let digit = byte &- 48
      guard digit <= 9 else { return nil }
      let (product, tooLarge) = value.multipliedReportingOverflow(by: 10)
      // Counted downwards, since there is one negative number more.
      let (difference, overflow) = product.subtractingReportingOverflow(Int64(digit))
      guard !tooLarge, !overflow else { return nil }
      value = difference
    }
    if negative { return value }
    return value == .min ? nil : -value
  }

  /// A number in the forms of Go's literals (`ParseFloat`): decimal, hexadecimal with `p` exponent, `inf`, `nan`, and
  /// underscores between digits.
  /// - Returns: `nil` for anything else and for numbers beyond the range of 64 bits.
  public static func parseFloat(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
    if let plain = plainDecimal(text) { return plain }
    guard text.allSatisfy(mayStandInFloat) else { return nil }
    var rest = Substring(String(decoding: text, as: UTF8.self))
    var sign = 1.0
    if let first = rest.first, first == "-" || first == "+" {
      sign = first == "-" ? -1 : 1
      rest = rest.dropFirst()
    }
    switch rest.lowercased() {
    case "inf", "infinity": return sign * .infinity
    case "nan": return .nan
    default: break
    }
    guard let digits = FloatLiteral.normalized(rest), let value = Double(digits), value.isFinite else { return nil }
    return sign * value
  }

  /// Digits, signs, underscores and the letters of `0x`, exponents, `infinity` and `nan`.
  private static func mayStandInFloat(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "_"): return true
    default:
      let letter = byte | 0x20
      return (0x61...0x66).contains(letter) || letter == UInt8(ascii: "x") || letter == UInt8(ascii: "p")
        || letter == UInt8(ascii: "i") || letter == UInt8(ascii: "n") || letter == UInt8(ascii: "t")
        || letter == UInt8(ascii: "y")
    }
  }

  /// A number of up to 15 digits, perhaps with a sign and a point; nil for every other form.
  private static func plainDecimal(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
    var mantissa: UInt64 = 0
    var decimals = -1
    var at = 0
    guard let first = text.first, text.count <= 17 else { return nil }
    if first == UInt8(ascii: "-") || first == UInt8(ascii: "+") { at = 1 }
    var digits = 0
    while at < text.count {
      let digit = text[at] &- 48
      if digit <= 9 {
        mantissa = mantissa &* 10 &+ UInt64(digit)
        digits &+= 1
        if decimals >= 0 { decimals &+= 1 }
      } else if text[at] == UInt8(ascii: "."), decimals < 0 {
        decimals = 0
      } else {
        return nil
      }
      at &+= 1
    }
    // Up to 2^53 and 10^22 both numbers are exact, and so is one operation on them.
    guard digits > 0, digits <= 15 else { return nil }
    let magnitude = decimals > 0 ? Double(mantissa) / powersOfTen[decimals] : Double(mantissa)
    return first == UInt8(ascii: "-") ? -magnitude : magnitude
  }

  /// The value of a number that is known to be well-formed in JSON's sense; `nil` beyond the range of 64 bits.
  public static func parseJSON(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
    var mantissa: UInt64 = 0
    var exponent = 0
    var digits = 0
    var isFraction = false
    var at = 0
    let negative = text.first == UInt8(ascii: "-")
    if negative { at = 1 }
    while at < text.count {
      let digit = text[at] &- 48
      if digit <= 9 {
        mantissa = mantissa &* 10 &+ UInt64(digit)
        if mantissa > 0 { digits &+= 1 }
        if isFraction { exponent &-= 1 }
      } else if text[at] == UInt8(ascii: ".") {
        isFraction = true
      } else {
        break
      }
      at &+= 1
    }
    // Up to 2^53 and 10^22 both numbers are exact, and so is one operation on them.
    if at == text.count, digits <= 15, exponent >= -22 {
      let magnitude = exponent == 0 ? Double(mantissa) : Double(mantissa) / powersOfTen[-exponent]
      return negative ? -magnitude : magnitude
    }
    guard let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite else { return nil }
    return value
  }

  private static let powersOfTen: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
  ]

  /// The shortest decimals that read back as `value`, never with an exponent (`FormatFloat(v, 'f', -1, 64)`): how numbers of
  /// a JSON line become text.
  public static func appendPlain(_ value: Double, to out: inout ByteBuffer) {
    if appendSpecial(value, to: &out) { return }
    if let exact = Int64(exactly: value), exact.magnitude < 1 << 53, exact != 0 {
      appendInteger(exact, to: &out)
      return
    }
    ShortestDecimal(value).appendPlain(to: &out)
  }

  /// With an exponent of at least two digits where it is below `low` or from `high` on.
  private static func appendExponential(_ value: Double, low: Int, high: Int, to out: inout ByteBuffer) {
    if appendSpecial(value, to: &out) { return }
    let decimal = ShortestDecimal(value)
    if value != 0, decimal.exponent < low || decimal.exponent >= high {
      decimal.appendExponential(to: &out)
    } else {
      decimal.appendPlain(to: &out)
    }
  }

  /// As Promtail prints numbers within JSON: `1e-07` below 1e-6, `1e+21` from 1e21 on.
  public static func appendJSON(_ value: Double, to out: inout ByteBuffer) {
    appendExponential(value, low: -6, high: 21, to: &out)
  }

  /// As `%v` prints numbers, and Prometheus' pages: `0.0001`, `999999`, `1e+06`.
  public static func appendGeneral(_ value: Double, to out: inout ByteBuffer) {
    appendExponential(value, low: -4, high: 6, to: &out)
  }

  public static func plain(_ value: Double) -> String {
    var out = ByteBuffer(capacity: 32)
    appendPlain(value, to: &out)
    return String(decoding: out.bytes, as: UTF8.self)
  }

  public static func general(_ value: Double) -> String {
    var out = ByteBuffer(capacity: 32)
    appendGeneral(value, to: &out)
    return String(decoding: out.bytes, as: UTF8.self)
  }

  private static func appendSpecial(_ value: Double, to out: inout ByteBuffer) -> Bool {
    if value.isNaN {
      out.append("NaN" as StaticString)
    } else if value.isInfinite {
      out.append(value < 0 ? "-Inf" : "+Inf" as StaticString)
    } else {
      return false
    }
    return true
  }

  public static func appendInteger(_ value: Int64, to out: inout ByteBuffer) {
    if value < 0 { out.append(UInt8(ascii: "-")) }
    var rest = value.magnitude
    out.reserve(20)
    var length = 1
    var probe = rest
    while probe >= 10 {
      probe /= 10
      length += 1
    }
    var at = out.count + length
    out.setCount(at)
    repeat {
      at -= 1
      out.base[at] = 48 + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest > 0
  }
}
