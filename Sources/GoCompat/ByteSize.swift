/// A number of bytes as the configuration writes it: `256kb`, `1MB`, `4096`.
public struct ByteSize: Hashable, Comparable, Sendable {
  public var bytes: Int

  public init(bytes: Int) { self.bytes = bytes }

  public static func < (a: ByteSize, b: ByteSize) -> Bool { a.bytes < b.bytes }

  /// Reads a number, perhaps with a fraction, and a unit in any letter case: b, k, kb, kib, m, mb, … e. Every unit is a
  /// power of 1024, as the recorded behaviour shows (`longer_than: 1kb` is 1024 bytes).
  /// - Returns: `nil` when the text is no size, is negative or does not fit.
  public static func parse(_ text: some StringProtocol) -> ByteSize? {
    let trimmed = String(text).filter { $0 != " " }
    let digits = trimmed.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    guard !digits.isEmpty, digits.first != ".", digits.last != ".", let number = Double(String(digits)) else {
      return nil
    }
    var unit = Substring(trimmed.dropFirst(digits.count).lowercased())
    if unit.last == "b" { unit = unit.dropLast() }
    if unit.count == 2, unit.last == "i" { unit = unit.dropLast() }
    let power: Int
    switch unit {
    case "": power = 0
    case "k": power = 1
    case "m": power = 2
    case "g": power = 3
    case "t": power = 4
    case "p": power = 5
    case "e": power = 6
    default: return nil
    }
    if power == 0, let exact = Int(digits) { return ByteSize(bytes: exact) }
    let bytes = number * Double(sign: .plus, exponent: 10 * power, significand: 1)
    return bytes < 0x1p63 ? ByteSize(bytes: Int(bytes)) : nil
  }
}

extension ByteSize: CustomStringConvertible {
  /// The largest unit that leaves at least one: `0B`, `256KB`, `1.5MB`.
  public var description: String {
    var value = Double(bytes)
    var unit = 0
    while value >= 1024, unit < 6 {
      value /= 1024
      unit += 1
    }
    let names = ["B", "KB", "MB", "GB", "TB", "PB", "EB"]
    let rounded = (value * 10).rounded() / 10
    let text = rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
    return text + names[unit]
  }
}
