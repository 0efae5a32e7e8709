/// The grammar of numbers in Go: which texts are one.
enum FloatLiteral {
  /// The number without its underscores, in a form the standard library reads; `nil` when it is none. No sign.
  static func normalized(_ text: Substring) -> String? {
    guard underscoresSeparateDigits(text) else { return nil }
    let plain = text.filter { $0 != "_" }
    let isHexadecimal = plain.hasPrefix("0x") || plain.hasPrefix("0X")
    var rest = Substring(plain).dropFirst(isHexadecimal ? 2 : 0)
    func isDigit(_ character: Character) -> Bool {
      isHexadecimal ? character.isHexDigit && character.isASCII : character.isASCII && character.isNumber
    }
    let whole = rest.prefix(while: isDigit)
    rest = rest.dropFirst(whole.count)
    var fraction = Substring()
    if rest.first == "." {
      fraction = rest.dropFirst().prefix(while: isDigit)
      rest = rest.dropFirst(1 + fraction.count)
    }
    guard !whole.isEmpty || !fraction.isEmpty else { return nil }
    var exponent = Substring()
    if let mark = rest.first, mark.lowercased() == (isHexadecimal ? "p" : "e") {
      exponent = rest
      rest = rest.dropFirst()
      if let sign = rest.first, sign == "-" || sign == "+" { rest = rest.dropFirst() }
      guard !rest.isEmpty, rest.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
      rest = Substring()
    } else if isHexadecimal {
      return nil
    }
    guard rest.isEmpty else { return nil }
    return "\(isHexadecimal ? "0x" : "")\(whole.isEmpty ? "0" : whole).\(fraction.isEmpty ? "0" : fraction)\(exponent)"
  }

  /// An underscore stands between two digits, or between the prefix of a base and a digit.
  private static func underscoresSeparateDigits(_ text: Substring) -> Bool {
    var afterDigit = false
    var afterUnderscore = false
    for (index, character) in text.enumerated() {
      if character == "_" {
        guard afterDigit, !afterUnderscore else { return false }
        afterUnderscore = true
        continue
      }
      let isDigit = character.isHexDigit || (index == 1 && character.lowercased() == "x")
      if afterUnderscore, !isDigit { return false }
      afterDigit = isDigit
      afterUnderscore = false
    }
    return !afterUnderscore
  }
}
