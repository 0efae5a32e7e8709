import Bytes
import GoCompat

/// What `printf` writes: values by verb.
struct FormatOutput {
  var text: [UInt8] = []

  mutating func add(_ string: String) { text += Array(string.utf8) }

  mutating func append(
    _ value: Value, verb: Unicode.Scalar, _ style: FormatStyle, _ budget: Budget, depth: Int = 0
  ) throws {
    guard depth < Budget.depth else { throw TemplateError("values are nested too deeply to be printed") }
    try Printing.check(text.count, budget)
    if verb == "T" { return pad(Array(Printing.typeName(value).utf8), style) }
    switch value {
    case .missing, .null, .root:
      if verb == "v" {
        pad(Array((style.isSharp && depth > 0 ? "interface {}(nil)" : "<nil>").utf8), style)
      } else {
        add("%!\(verb)(<nil>)")
      }
    case .bool(let flag):
      if verb == "t" || verb == "v" {
        pad(Array((flag ? "true" : "false").utf8), style)
      } else {
        try bad(value, verb, budget)
      }
    case .int(let number, let type):
      if "vs".unicodeScalars.contains(verb), type == .month || type == .weekday {
        pad(try Printing.text(value, budget), style)
      } else {
        try integer(number, type, verb, style, value, budget)
      }
    case .duration(let duration):
      if verb == "v" || verb == "s" {
        pad(Array(duration.description.utf8), style)
      } else {
        try integer(duration.nanoseconds, .int64, verb, style, value, budget)
      }
    case .float(let number): try float(number, verb, style, value, budget)
    case .string(let bytes): try string(bytes, verb, style, value, budget)
    case .time, .version: try string(try Printing.text(value, budget), verb, style, value, budget)
    case .list(let list):
      if style.isSharp, verb == "v" { return try goSyntax(value, style, budget, depth) }
      add("[")
      for (index, element) in list.values.enumerated() {
        if index > 0 { add(" ") }
        try append(element, verb: verb, style, budget, depth: depth + 1)
      }
      add("]")
    case .dict(let dict):
      if style.isSharp, verb == "v" { return try goSyntax(value, style, budget, depth) }
      add("map[")
      for (index, key) in dict.sortedKeys.enumerated() {
        if index > 0 { add(" ") }
        try append(.string(key), verb: verb, style, budget, depth: depth + 1)
        add(":")
        try append(dict.entries[key] ?? .null, verb: verb, style, budget, depth: depth + 1)
      }
      add("]")
    }
  }

  /// `%#v` of lists and dictionaries.
  private mutating func goSyntax(_ value: Value, _ style: FormatStyle, _ budget: Budget, _ depth: Int) throws {
    add(Printing.typeName(value) + "{")
    switch value {
    case .list(let list):
      for (index, element) in list.values.enumerated() {
        if index > 0 { add(", ") }
        try append(element, verb: "v", style, budget, depth: depth + 1)
      }
    case .dict(let dict):
      for (index, key) in dict.sortedKeys.enumerated() {
        if index > 0 { add(", ") }
        try append(.string(key), verb: "v", style, budget, depth: depth + 1)
        add(":")
        try append(dict.entries[key] ?? .null, verb: "v", style, budget, depth: depth + 1)
      }
    default: break
    }
    add("}")
  }

  /// `%!d(string=x)`
  private mutating func bad(_ value: Value, _ verb: Unicode.Scalar, _ budget: Budget) throws {
    add("%!\(verb)(" + Printing.typeName(value) + "=")
    text += try Printing.text(value, budget)
    add(")")
  }

  // MARK: - Padding

  private mutating func pad(_ bytes: [UInt8], _ style: FormatStyle) {
    guard let width = style.width else {
      text += bytes
      return
    }
    let missing = width - Characters(bytes).reduce(0) { count, _ in count + 1 }
    guard missing > 0 else {
      text += bytes
      return
    }
    if style.isLeft {
      text += bytes
      text += [UInt8](repeating: 0x20, count: missing)
    } else {
      text += [UInt8](repeating: style.isZero ? 0x30 : 0x20, count: missing)
      text += bytes
    }
  }

  // MARK: - Text

  private mutating func string(
    _ bytes: [UInt8], _ verb: Unicode.Scalar, _ style: FormatStyle, _ value: Value, _ budget: Budget
  ) throws {
    switch verb {
    case "v" where style.isSharp:
      var plain = style
      plain.isSharp = false
      pad(quoted(bytes, plain), style)
    case "v", "s": pad(truncated(bytes, style), style)
    case "q": pad(quoted(truncated(bytes, style), style), style)
    case "x", "X": pad(hexadecimal(bytes, style, isUpper: verb == "X"), style)
    default: try bad(value, verb, budget)
    }
  }

  private func truncated(_ bytes: [UInt8], _ style: FormatStyle) -> [UInt8] {
    guard let precision = style.precision else { return bytes }
    var end = 0
    for item in Characters(bytes).prefix(precision) { end = item.range.upperBound }
    return Array(bytes[..<end])
  }

  private func quoted(_ bytes: [UInt8], _ style: FormatStyle) -> [UInt8] {
    if style.isSharp, !bytes.contains(UInt8(ascii: "`")), bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 9 }),
      bytes.withUnsafeBufferPointer(UTF8Text.isValid)
    {
      return [UInt8(ascii: "`")] + bytes + [UInt8(ascii: "`")]
    }
    var out = ByteBuffer(capacity: bytes.count + 16)
    Quoting.quote(bytes, isASCII: style.isPlus, to: &out)
    return Array(out.bytes)
  }

  private func hexadecimal(_ bytes: [UInt8], _ style: FormatStyle, isUpper: Bool) -> [UInt8] {
    let mark: [UInt8] = style.isSharp ? [0x30, isUpper ? 0x58 : 0x78] : []
    var out: [UInt8] = []
    for (index, byte) in bytes.prefix(style.precision ?? bytes.count).enumerated() {
      if index > 0, style.isSpaced { out.append(0x20) }
      if index == 0 || style.isSpaced { out += mark }
      for digit in [byte >> 4, byte & 15] {
        let hex = Quoting.hexDigit(digit)
        out.append(isUpper && digit > 9 ? hex - 32 : hex)
      }
    }
    return out
  }

  // MARK: - Integers

  private mutating func integer(
    _ number: Int64, _ type: IntegerType, _ verb: Unicode.Scalar, _ style: FormatStyle, _ value: Value,
    _ budget: Budget
  ) throws {
    switch verb {
    case "v", "d": integer(number, type, base: 10, style)
    case "b": integer(number, type, base: 2, style)
    case "o": integer(number, type, base: 8, style)
    case "O": integer(number, type, base: 8, style, prefix: "0o")
    case "x": integer(number, type, base: 16, style)
    case "X": integer(number, type, base: 16, style, isUpper: true)
    case "c": pad(Array(String(scalar(number)).utf8), style)
    case "q":
      var out = ByteBuffer(capacity: 16)
      Quoting.quote(character: scalar(number), isASCII: style.isPlus, to: &out)
      pad(Array(out.bytes), style)
    case "U":
      let hex = String(UInt64(bitPattern: number), radix: 16, uppercase: true)
      let digits = max(4, min(style.precision ?? 4, 64))
      var word = "U+" + String(repeating: "0", count: max(0, digits - hex.count)) + hex
      if style.isSharp, Quoting.isPrintable(scalar(number)) { word += " '\(scalar(number))'" }
      var plain = style
      plain.isZero = false
      pad(Array(word.utf8), plain)
    default: try bad(value, verb, budget)
    }
  }

  private func scalar(_ number: Int64) -> Unicode.Scalar {
    UInt32(exactly: number).flatMap { Unicode.Scalar($0) } ?? "\u{FFFD}"
  }

  private mutating func integer(
    _ number: Int64, _ type: IntegerType, base: Int, _ style: FormatStyle, isUpper: Bool = false, prefix: String = ""
  ) {
    let isNegative = number < 0 && !type.isUnsigned
    let magnitude = type.isUnsigned ? UInt64(bitPattern: number) : number.magnitude
    var digits = String(magnitude, radix: base, uppercase: isUpper)
    var style = style
    var wanted = 0
    if let precision = style.precision {
      wanted = precision
      if precision == 0, magnitude == 0 {
        style.isZero = false
        return pad([], style)
      }
      style.isZero = false
    } else if style.isZero, !style.isLeft, let width = style.width {
      wanted = width - (isNegative || style.isPlus || style.isSpaced ? 1 : 0)
    }
    if digits.utf8.count < wanted { digits = String(repeating: "0", count: wanted - digits.utf8.count) + digits }
    if style.isSharp {
      switch base {
      case 2: digits = "0b" + digits
      case 8 where !digits.hasPrefix("0"): digits = "0" + digits
      case 16: digits = (isUpper ? "0X" : "0x") + digits
      default: break
      }
    }
    digits = prefix + digits
    if isNegative {
      digits = "-" + digits
    } else if style.isPlus {
      digits = "+" + digits
    } else if style.isSpaced {
      digits = " " + digits
    }
    style.isZero = false
    pad(Array(digits.utf8), style)
  }

  // MARK: - Floating point

  private mutating func float(
    _ number: Double, _ verb: Unicode.Scalar, _ style: FormatStyle, _ value: Value, _ budget: Budget
  ) throws {
    let precision = style.precision
    switch verb {
    case "v": float(FloatText.general(number, precision, isUpper: false), number, style)
    case "g", "G": float(FloatText.general(number, precision, isUpper: verb == "G"), number, style)
    case "e", "E": float(FloatText.scientific(number, precision ?? 6, isUpper: verb == "E"), number, style)
    case "f", "F": float(FloatText.plain(number, precision ?? 6), number, style)
    default: try bad(value, verb, budget)
    }
  }

  private mutating func float(_ word: String, _ number: Double, _ style: FormatStyle) {
    var style = style
    var digits = Substring(word)
    var sign = ""
    if digits.hasPrefix("-") || digits.hasPrefix("+") {
      sign = String(digits.removeFirst())
      if number.isInfinite, sign == "+", !style.isPlus { sign = "+" }
    } else if style.isPlus {
      sign = "+"
    } else if style.isSpaced {
      sign = " "
    }
    if number.isNaN || number.isInfinite { style.isZero = false }
    if style.isZero, !style.isLeft, let width = style.width {
      let missing = max(0, width - sign.utf8.count - digits.utf8.count)
      style.width = nil
      return pad(Array((sign + String(repeating: "0", count: missing) + digits).utf8), style)
    }
    style.isZero = false
    pad(Array((sign + digits).utf8), style)
  }
}
