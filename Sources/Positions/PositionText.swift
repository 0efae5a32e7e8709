import LogModel

/// The text of a file of positions while it is written: there may be ten thousands of lines, every few seconds.
struct PositionText {
  private(set) var bytes: [UInt8] = []

  mutating func append(_ literal: StaticString) {
    bytes.append(contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
  }

  mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  /// As Go quotes it.
  mutating func append(quoted text: String) {
    var text = text
    let isPlain = text.withUTF8 { text in
      guard text.allSatisfy({ $0 >= 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x5c }) else { return false }
      bytes.append(0x22)
      bytes.append(contentsOf: text)
      bytes.append(0x22)
      return true
    }
    if !isPlain { append(GoQuote.quote(text)) }
  }

  mutating func append(_ number: UInt64) { append(number, bitsOfDigit: nil) }

  mutating func append(hexadecimal number: UInt64) { append(number, bitsOfDigit: 4) }

  @inline(__always)
  private mutating func append(_ number: UInt64, bitsOfDigit: UInt64?) {
    var digits = InlineArray<20, UInt8>(repeating: 0)
    var place = digits.count
    var left = number
    repeat {
      place -= 1
      let digit = UInt8(truncatingIfNeeded: bitsOfDigit == nil ? left % 10 : left & 15)
      digits[place] = digit < 10 ? 48 + digit : 87 + digit
      left = bitsOfDigit.map { left >> $0 } ?? left / 10
    } while left > 0
    digits.span.withUnsafeBufferPointer { bytes.append(contentsOf: UnsafeBufferPointer(rebasing: $0[place...])) }
  }

  mutating func append(_ number: Int64) {
    if number < 0 { bytes.append(0x2d) }
    append(number.magnitude)
  }
}
