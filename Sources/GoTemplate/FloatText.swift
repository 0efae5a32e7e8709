import Glibc
import GoCompat

/// Floating point numbers with a given number of digits, in Go's forms.
enum FloatText {
  /// No number of 64 bits has more digits behind its point; beyond them all are zero.
  private static let mostDigits = 1100

  static func plain(_ value: Double, _ precision: Int) -> String {
    special(value) ?? padded(printed("%.*f", value, min(precision, mostDigits)), precision - mostDigits)
  }

  static func scientific(_ value: Double, _ precision: Int, isUpper: Bool) -> String {
    special(value) ?? printed(isUpper ? "%.*E" : "%.*e", value, min(precision, mostDigits))
  }

  /// `%g`: without a precision the fewest digits that read back as the number.
  static func general(_ value: Double, _ precision: Int?, isUpper: Bool) -> String {
    if let special = special(value) { return special }
    guard let precision else {
      let text = GoNumber.general(value)
      return isUpper ? text.uppercased() : text
    }
    return printed(isUpper ? "%.*G" : "%.*g", value, min(precision, mostDigits))
  }

  private static func special(_ value: Double) -> String? {
    value.isNaN ? "NaN" : value.isInfinite ? (value < 0 ? "-Inf" : "+Inf") : nil
  }

  private static func padded(_ text: String, _ zeros: Int) -> String {
    zeros > 0 ? text + String(repeating: "0", count: zeros) : text
  }

  private static func printed(_ format: String, _ value: Double, _ precision: Int) -> String {
    var buffer = [CChar](repeating: 0, count: precision + 400)
    let count = withVaList([Int32(precision), value]) { vsnprintf(&buffer, buffer.count, format, $0) }
    return String(decoding: buffer.prefix(max(0, Int(count))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
