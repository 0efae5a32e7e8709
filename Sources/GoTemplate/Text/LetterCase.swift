/// Upper and lower case, character by character as in Go.
enum LetterCase {
  static func upper(_ text: [UInt8]) -> [UInt8] { map(text) { $0.upper } }
  static func lower(_ text: [UInt8]) -> [UInt8] { map(text) { $0.lower } }

  static func map(_ text: [UInt8], _ change: (Unicode.Scalar) -> Unicode.Scalar) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(text.count)
    for item in Characters(text) { out.append(change(item.scalar)) }
    return out
  }

  /// The first letter of each word in title case (`strings.Title`).
  static func title(_ text: [UInt8]) -> [UInt8] {
    var isStart = true
    return map(text) { scalar in
      defer { isStart = isSeparator(scalar) }
      return isStart ? scalar.title : scalar
    }
  }

  private static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
    if scalar == "_" || scalar.isLetter || scalar.isDigit { return false }
    return scalar.value < 0x80 || scalar.isGoSpace
  }

  /// The first letter of each word in lower case.
  static func untitle(_ text: [UInt8]) -> [UInt8] {
    var isStart = true
    return map(text) { scalar in
      defer { isStart = scalar.isGoSpace }
      return isStart ? scalar.lower : scalar
    }
  }

  static func swapped(_ text: [UInt8]) -> [UInt8] {
    var isStart = true
    return map(text) { scalar in
      defer { isStart = scalar.isGoSpace }
      if scalar.isUpper { return scalar.lower }
      if scalar.properties.generalCategory == .titlecaseLetter { return scalar.lower }
      if scalar.isLower { return isStart ? scalar.title : scalar.upper }
      return scalar
    }
  }

  static func initials(_ text: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    var isStart = true
    for item in Characters(text) {
      if item.scalar.isGoSpace {
        isStart = true
      } else if isStart {
        out.append(item.scalar)
        isStart = false
      }
    }
    return out
  }
}
