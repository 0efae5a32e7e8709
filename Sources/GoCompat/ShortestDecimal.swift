internal import Bytes

/// The fewest decimal digits that read back as a number.
struct ShortestDecimal {
  private var isNegative: Bool
  /// 0 to 9, the first one not zero unless the number is.
  private var digits: [UInt8] = []
  /// Of the first digit, in powers of ten.
  private(set) var exponent = 0

  /// - Parameter value: finite.
  init(_ value: Double) {
    isNegative = value.sign == .minus
    // The standard library finds the digits; only their arrangement differs from Go's.
    var point: Int?
    var written = 0
    var text = value.magnitude.description
    text.withUTF8 { bytes in
      var at = 0
      while at < bytes.count {
        let byte = bytes[at]
        at += 1
        if byte == UInt8(ascii: ".") {
          point = digits.count
        } else if byte == UInt8(ascii: "e") {
          written = Self.exponent(bytes[at...])
          break
        } else {
          digits.append(byte &- 48)
        }
      }
    }
    exponent = (point ?? digits.count) - 1 + written
    let zeros = digits.prefix { $0 == 0 }.count
    if zeros == digits.count {
      digits = [0]
      exponent = 0
      return
    }
    digits.removeFirst(zeros)
    exponent -= zeros
    while digits.last == 0 { digits.removeLast() }
  }

  private static func exponent(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Int {
    let value = text.reduce(0) { $1 &- 48 <= 9 ? $0 * 10 + Int($1 &- 48) : $0 }
    return text.first == UInt8(ascii: "-") ? -value : value
  }

  /// `0.00012`, `1200`
  func appendPlain(to out: inout ByteBuffer) {
    if isNegative { out.append(UInt8(ascii: "-")) }
    if exponent < 0 {
      out.append("0." as StaticString)
      for _ in 0..<(-exponent - 1) { out.append(UInt8(ascii: "0")) }
    }
    for (index, digit) in digits.enumerated() {
      if index == exponent + 1, exponent >= 0 { out.append(UInt8(ascii: ".")) }
      out.append(digit &+ 48)
    }
    if exponent >= digits.count { for _ in digits.count...exponent { out.append(UInt8(ascii: "0")) } }
  }

  /// `1.2e-05`
  func appendExponential(to out: inout ByteBuffer) {
    if isNegative { out.append(UInt8(ascii: "-")) }
    for (index, digit) in digits.enumerated() {
      if index == 1 { out.append(UInt8(ascii: ".")) }
      out.append(digit &+ 48)
    }
    out.append(exponent < 0 ? "e-" : "e+" as StaticString)
    if exponent.magnitude < 10 { out.append(UInt8(ascii: "0")) }
    GoNumber.appendInteger(Int64(exponent.magnitude), to: &out)
  }
}
