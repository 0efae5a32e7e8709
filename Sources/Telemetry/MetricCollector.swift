/// A series of a family whose series come and go by themselves.
public struct CollectedSeries: Sendable {
  public enum Value: Sendable {
    case number(Double)
    /// Counts per bucket (the last is +Inf), not cumulated, and the sum of the observations.
    case histogram(bounds: [Double], counts: [UInt64], sum: Double)
  }
  public var labels: [(String, String)]
  public var value: Value

  public init(labels: [(String, String)], value: Value) {
    self.labels = labels
    self.value = value
  }
}

/// A family that knows its series itself.
public protocol MetricCollector: AnyObject, Sendable {
  /// The series for the page, asked for once per page.
  func collect() -> [CollectedSeries]
}

/// Numbers as Prometheus' pages show them: the shortest decimals that read back as the value, with an exponent below
/// 1e-04 and from 1e+06 on.
enum ExpositionNumber {
  static func text(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    if value == 0 { return value.sign == .minus ? "-0" : "0" }
    // Nearly all are whole and short.
    if let whole = Int(exactly: value), abs(whole) < 1_000_000 { return String(whole) }
    let sign = value < 0 ? "-" : ""
    // Swift prints the same digits, as 1234.5, 1e+20 or 1.5e-05.
    let parts = "\(value.magnitude)".split(separator: "e")
    let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    var digits = Array(mantissa.joined().utf8)
    var exponent = mantissa[0].utf8.count - 1 + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
    while digits.count > 1, digits.first == 0x30 {
      digits.removeFirst()
      exponent -= 1
    }
    while digits.count > 1, digits.last == 0x30 { digits.removeLast() }
    func text(_ part: some Sequence<UInt8>) -> String { String(decoding: Array(part), as: UTF8.self) }
    if exponent < -4 || exponent >= 6 {
      let power = (exponent < 0 ? "-" : "+") + (abs(exponent) < 10 ? "0" : "") + "\(abs(exponent))"
      return sign + text(digits[..<1]) + (digits.count > 1 ? "." + text(digits[1...]) : "") + "e" + power
    }
    if exponent < 0 { return sign + "0." + String(repeating: "0", count: -exponent - 1) + text(digits) }
    while digits.count <= exponent { digits.append(0x30) }
    return sign + text(digits[...exponent]) + (digits.count > exponent + 1 ? "." + text(digits[(exponent + 1)...]) : "")
  }
}
