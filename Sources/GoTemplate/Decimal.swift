import GoCompat

/// A decimal number of any length, for sums and products that come out as people write them.
struct Decimal {
  private var isNegative = false
  /// From the highest, without leading zeros; empty for zero.
  private var digits: [UInt8] = []
  /// Of the last digit, in powers of ten.
  private var exponent = 0

  /// Digits behind the point of a quotient.
  private static let quotientDigits = 16

  /// The fewest decimals that read back as `value`, which is finite.
  init(_ value: Double) {
    var text = Substring(GoNumber.plain(value))
    isNegative = text.hasPrefix("-")
    if isNegative { text = text.dropFirst() }
    if let dot = text.firstIndex(of: ".") { exponent = -text[text.index(after: dot)...].utf8.count }
    digits = text.utf8.filter { $0 != UInt8(ascii: ".") }.map { $0 - 48 }
    normalize()
  }

  private init(isNegative: Bool, digits: [UInt8], exponent: Int) {
    self.isNegative = isNegative
    self.digits = digits
    self.exponent = exponent
    normalize()
  }

  private mutating func normalize() {
    digits.removeFirst(digits.prefix { $0 == 0 }.count)
    while digits.last == 0 {
      digits.removeLast()
      exponent += 1
    }
    if digits.isEmpty { (isNegative, exponent) = (false, 0) }
  }

  /// Digits.
  var size: Int { digits.count }

  var double: Double {
    let text = String(decoding: digits.map { $0 + 48 }, as: UTF8.self)
    return Double("\(isNegative ? "-" : "")\(text.isEmpty ? "0" : text)e\(exponent)") ?? 0
  }

  var negated: Decimal { Decimal(isNegative: !isNegative, digits: digits, exponent: exponent) }

  func plus(_ other: Decimal) -> Decimal {
    let lowest = min(exponent, other.exponent)
    let a = digits + [UInt8](repeating: 0, count: digits.isEmpty ? 0 : exponent - lowest)
    let b = other.digits + [UInt8](repeating: 0, count: other.digits.isEmpty ? 0 : other.exponent - lowest)
    if isNegative == other.isNegative {
      return Decimal(isNegative: isNegative, digits: Self.sum(a, b), exponent: lowest)
    }
    if Self.isLess(a, b) {
      return Decimal(isNegative: other.isNegative, digits: Self.difference(b, a), exponent: lowest)
    }
    return Decimal(isNegative: isNegative, digits: Self.difference(a, b), exponent: lowest)
  }

  func times(_ other: Decimal) -> Decimal {
    var result = [Int](repeating: 0, count: digits.count + other.digits.count)
    for (i, a) in digits.reversed().enumerated() {
      for (j, b) in other.digits.reversed().enumerated() { result[i + j] += Int(a) * Int(b) }
    }
    var carry = 0
    for index in result.indices {
      let value = result[index] + carry
      result[index] = value % 10
      carry = value / 10
    }
    return Decimal(
      isNegative: isNegative != other.isNegative, digits: result.reversed().map { UInt8($0) },
      exponent: exponent + other.exponent)
  }

  /// With so many digits behind the point, the last one rounded; nil when `other` is zero.
  func divided(by other: Decimal) -> Decimal? {
    if other.digits.isEmpty { return nil }
    if digits.isEmpty { return self }
    // (digits · 10^exponent) / (other · 10^…), scaled so that the quotient counts units of its last digit.
    let shift = exponent - other.exponent + Self.quotientDigits
    var rest = shift >= 0 ? digits + [UInt8](repeating: 0, count: shift) : digits
    let divisor = shift >= 0 ? other.digits : other.digits + [UInt8](repeating: 0, count: -shift)
    var quotient: [UInt8] = []
    var part: [UInt8] = []
    for digit in rest {
      part.append(digit)
      part.removeFirst(part.prefix { $0 == 0 }.count)
      var count: UInt8 = 0
      while !Self.isLess(part, divisor) {
        part = Self.difference(part, divisor)
        part.removeFirst(part.prefix { $0 == 0 }.count)
        count += 1
      }
      quotient.append(count)
    }
    rest = Self.sum(part, part)
    rest.removeFirst(rest.prefix { $0 == 0 }.count)
    if !Self.isLess(rest, divisor) { quotient = Self.sum(quotient, [1]) }
    return Decimal(isNegative: isNegative != other.isNegative, digits: quotient, exponent: -Self.quotientDigits)
  }

  private static func isLess(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    let (x, y) = (a.drop { $0 == 0 }, b.drop { $0 == 0 })
    return x.count == y.count ? x.lexicographicallyPrecedes(y) : x.count < y.count
  }

  private static func sum(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var carry: UInt8 = 0
    for place in 0...max(a.count, b.count) {
      let value =
        (place < a.count ? a[a.count - 1 - place] : 0) + (place < b.count ? b[b.count - 1 - place] : 0) + carry
      result.append(value % 10)
      carry = value / 10
    }
    return result.reversed()
  }

  /// `a` is not less than `b`.
  private static func difference(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var borrow: Int8 = 0
    for place in 0..<a.count {
      var value =
        Int8(a[a.count - 1 - place]) - (place < b.count ? Int8(b[b.count - 1 - place]) : 0) - borrow
      borrow = value < 0 ? 1 : 0
      if value < 0 { value += 10 }
      result.append(UInt8(value))
    }
    return result.reversed()
  }
}
