/// A duration as Prometheus writes it: whole milliseconds, with days, weeks and years (`1d`, `1h30m`, `100ms`).
public struct PrometheusDuration: Hashable, Comparable, Sendable {
  /// Never negative; a multiple of a million.
  public var nanoseconds: Int64

  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  public static func seconds(_ count: Int64) -> PrometheusDuration { .init(nanoseconds: count * 1_000_000_000) }

  public static func < (a: PrometheusDuration, b: PrometheusDuration) -> Bool { a.nanoseconds < b.nanoseconds }

  private static let units: [(name: String, milliseconds: Int64)] = [
    ("y", 365 * 86_400_000), ("w", 7 * 86_400_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000),
    ("ms", 1),
  ]

  /// Reads whole numbers with units in falling order, each unit at most once; `0` needs no unit.
  /// - Returns: `nil` when the text is no such duration or does not fit.
  public static func parse(_ text: some StringProtocol) -> PrometheusDuration? {
    if text == "0" { return PrometheusDuration(nanoseconds: 0) }
    guard !text.isEmpty else { return nil }
    var rest = Substring(text)
    var next = 0
    var total: Int64 = 0
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(digits.count)
      let name = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(name.count)
      guard let value = Int64(digits), let place = units[next...].firstIndex(where: { $0.name == name }) else {
        return nil
      }
      next = place + 1
      let (part, tooLarge) = value.multipliedReportingOverflow(by: units[place].milliseconds * 1_000_000)
      let (sum, overflow) = total.addingReportingOverflow(part)
      guard !tooLarge, !overflow else { return nil }
      total = sum
    }
    return PrometheusDuration(nanoseconds: total)
  }
}

extension PrometheusDuration: CustomStringConvertible {
  /// Years, weeks and days only where they are exact: `1d`, `1h30m`, `90m` is `1h30m`.
  public var description: String {
    var milliseconds = nanoseconds / 1_000_000
    if milliseconds == 0 { return "0s" }
    var out = ""
    for (name, size) in Self.units {
      // As in Prometheus: a year, week or day is written only when nothing smaller follows.
      let exactOnly = name == "y" || name == "w"
      if exactOnly, milliseconds % size != 0 { continue }
      let count = milliseconds / size
      if count > 0 {
        out += "\(count)\(name)"
        milliseconds -= count * size
      }
    }
    return out
  }
}
