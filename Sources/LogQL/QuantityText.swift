import LogModel

/// Durations as Go and Prometheus write them: `1h30m`, `4.5s`, `100us`, `2d`.
public enum DurationText {
  public struct Problem: Error, Hashable, Sendable {
    public var message: String
  }

  private static let units: [String: Double] = [
    "ns": 1, "us": 1e3, "µs": 1e3, "μs": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "h": 3600e9, "d": 86_400e9,
    "w": 604_800e9, "y": 31_536_000e9,
  ]

  /// Nanoseconds.
  public static func parse(_ text: String) -> Result<Int64, Problem> {
    var rest = text[...]
    var sign = 1.0
    if let first = rest.first, first == "-" || first == "+" {
      if first == "-" { sign = -1 }
      rest = rest.dropFirst()
    }
    if rest == "0" { return .success(0) }
    guard !rest.isEmpty else { return .failure(Problem(message: "invalid duration \(GoQuote.quote(text))")) }
    var total = 0.0
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      guard let value = Double(digits.hasPrefix(".") ? "0\(digits)" : String(digits)) else {
        return .failure(Problem(message: "invalid duration \(GoQuote.quote(text))"))
      }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { !($0.isASCII && ($0.isNumber || $0 == ".")) }
      if unit.isEmpty { return .failure(Problem(message: "missing unit in duration \(GoQuote.quote(text))")) }
      guard let scale = units[String(unit)] else {
        return .failure(
          Problem(message: "unknown unit \(GoQuote.quote(String(unit))) in duration \(GoQuote.quote(text))"))
      }
      rest = rest.dropFirst(unit.count)
      total += value * scale
    }
    guard total < 9.2e18 else { return .failure(Problem(message: "invalid duration \(GoQuote.quote(text))")) }
    return .success(Int64((sign * total).rounded()))
  }
}

/// Sizes as Loki's label filters take them: `2KB` (1000), `12MiB` (1024).
enum ByteSizeText {
  static func parse(_ text: String) -> UInt64? {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    guard let value = Double(digits.hasPrefix(".") ? "0\(digits)" : String(digits)) else { return nil }
    var unit = text.dropFirst(digits.count).lowercased()
    if unit.hasSuffix("b") { unit.removeLast() }
    let powers: [Character: Double] = ["k": 1, "m": 2, "g": 3, "t": 4, "p": 5, "e": 6]
    guard let first = unit.first else { return value < 1.8e19 ? UInt64(value) : nil }
    guard let power = powers[first], unit.count == 1 || unit.dropFirst() == "i" else { return nil }
    let base = unit.count == 1 ? 1000.0 : 1024.0
    var scaled = value
    for _ in 0..<Int(power) { scaled *= base }
    return scaled < 1.8e19 ? UInt64(scaled) : nil
  }
}
