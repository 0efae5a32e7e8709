import GoCompat

extension NumberConstant {
  /// nil when the word is no number.
  init?(_ token: Token) {
    text = token.word
    isFloat = false
    if token.kind == .character {
      guard let bytes = Quoting.unquoted(token.text.dropFirst().dropLast(), mark: UInt8(ascii: "'")) else { return nil }
      var characters = Characters(bytes)
      guard let item = characters.next(), characters.next() == nil else { return nil }
      // An escaped byte counts as itself.
      int = Int64(item.isStray ? UInt32(item.byte) : item.scalar.value)
      float = Double(int ?? 0)
      return
    }
    int = Integers.parse(Array(text.utf8), base: 0)
    let lowered = text.lowercased()
    let isHexInteger = lowered.contains("0x") && !lowered.contains("p")
    var word = text
    float = isHexInteger ? nil : word.withUTF8 { GoNumber.parseFloat($0) }
    isFloat = float != nil && !isHexInteger && lowered.contains { $0 == "." || $0 == "e" || $0 == "p" }
    if lowered.contains("n") || lowered.contains("_") && int == nil && float == nil { return nil }
    if let int {
      float = Double(int)
      isFloat = false
    } else if let float {
      if !isFloat { return nil }
      if let exact = Int64(exactly: float) { int = exact }
    } else {
      return nil
    }
  }
}

/// Integers in the forms of Go's literals.
enum Integers {
  /// As `strconv.ParseInt`: with base 0, prefixes tell the base and underscores may separate digits.
  static func parse(_ text: [UInt8], base: Int64) -> Int64? {
    var rest = text[...]
    var isNegative = false
    if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      isNegative = sign == UInt8(ascii: "-")
      rest = rest.dropFirst()
    }
    var radix = base
    var afterDigit = false
    if base == 0 {
      radix = 10
      if rest.first == UInt8(ascii: "0"), rest.count > 1 {
        let mark = rest[rest.startIndex + 1] | 0x20
        switch mark {
        case UInt8(ascii: "x"): radix = 16
        case UInt8(ascii: "o"): radix = 8
        case UInt8(ascii: "b"): radix = 2
        default: break
        }
        if radix == 10 { radix = 8 } else { rest = rest.dropFirst() }
        rest = rest.dropFirst()
        afterDigit = true
        if rest.isEmpty { return nil }
      }
    }
    guard !rest.isEmpty else { return nil }
    var value: Int64 = 0
    var digits = 0
    for byte in rest {
      if byte == UInt8(ascii: "_"), base == 0 {
        guard afterDigit else { return nil }
        afterDigit = false
        continue
      }
      let digit: Int64
      switch byte {
      case 48...57: digit = Int64(byte - 48)
      case 97...122: digit = Int64(byte - 87)
      case 65...90: digit = Int64(byte - 55)
      default: return nil
      }
      guard digit < radix else { return nil }
      let (product, tooLarge) = value.multipliedReportingOverflow(by: radix)
      let (difference, overflow) = product.subtractingReportingOverflow(digit)
      guard !tooLarge, !overflow else { return nil }
      value = difference
      afterDigit = true
      digits += 1
    }
    guard digits > 0, afterDigit else { return nil }
    if isNegative { return value }
    return value == .min ? nil : -value
  }
}
