/// Double-quoted strings as Go writes and reads them (The Go Programming Language Specification, String literals).
public enum GoQuote {
  /// `strconv.Quote`: printable characters stay, the rest is escaped.
  public static func quote(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x5c }) { return "\"\(text)\"" }
    var out = "\""
    out.reserveCapacity(text.utf8.count + 2)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\u{07}": out += "\\a"
      case "\u{08}": out += "\\b"
      case "\u{0C}": out += "\\f"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case "\u{0B}": out += "\\v"
      case " "..."~": out.unicodeScalars.append(scalar)
      default:
        if scalar.value < 0x80 {
          out += "\\x" + hex(scalar.value, 2)
        } else if isPrintable(scalar) {
          out.unicodeScalars.append(scalar)
        } else if scalar.value < 0x10000 {
          out += "\\u" + hex(scalar.value, 4)
        } else {
          out += "\\U" + hex(scalar.value, 8)
        }
      }
    }
    return out + "\""
  }

  /// The quoted string that a text begins with, and what follows it; `nil` where it begins with none.
  public static func first(in text: Substring) -> (String, Substring)? {
    guard text.first == "\"" else { return nil }
    var place = text.index(after: text.startIndex)
    while place < text.endIndex, text[place] != "\"" {
      if text[place] == "\\" {
        place = text.index(after: place)
        if place == text.endIndex { return nil }
      }
      place = text.index(after: place)
    }
    guard place < text.endIndex else { return nil }
    let end = text.index(after: place)
    return unquote(text[..<end]).map { ($0, text[end...]) }
  }

  /// `strconv.Unquote` of a double-quoted string; `nil` when it is none.
  public static func unquote(_ quoted: Substring) -> String? {
    let bytes = Array(quoted.utf8)
    guard bytes.count >= 2, bytes.first == UInt8(ascii: "\""), bytes.last == UInt8(ascii: "\"") else { return nil }
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var i = 1
    let end = bytes.count - 1
    while i < end {
      let byte = bytes[i]
      i += 1
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n") { return nil }
      guard byte == UInt8(ascii: "\\") else {
        out.append(byte)
        continue
      }
      guard i < end else { return nil }
      let escape = bytes[i]
      i += 1
      switch escape {
      case UInt8(ascii: "a"): out.append(7)
      case UInt8(ascii: "b"): out.append(8)
      case UInt8(ascii: "f"): out.append(12)
      case UInt8(ascii: "n"): out.append(10)
      case UInt8(ascii: "r"): out.append(13)
      case UInt8(ascii: "t"): out.append(9)
      case UInt8(ascii: "v"): out.append(11)
      case UInt8(ascii: "\\"), UInt8(ascii: "\""): out.append(escape)
      case UInt8(ascii: "x"):
        guard let value = number(bytes, &i, end, digits: 2, radix: 16) else { return nil }
        out.append(UInt8(value))
      case UInt8(ascii: "u"), UInt8(ascii: "U"):
        guard let value = number(bytes, &i, end, digits: escape == UInt8(ascii: "u") ? 4 : 8, radix: 16),
          let scalar = Unicode.Scalar(value)
        else { return nil }
        out.append(contentsOf: Array(String(Character(scalar)).utf8))
      case UInt8(ascii: "0")...UInt8(ascii: "7"):
        i -= 1
        guard let value = number(bytes, &i, end, digits: 3, radix: 8), value < 256 else { return nil }
        out.append(UInt8(value))
      default: return nil
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  private static func number(_ bytes: [UInt8], _ i: inout Int, _ end: Int, digits: Int, radix: UInt32) -> UInt32? {
    guard i + digits <= end else { return nil }
    var value: UInt32 = 0
    for _ in 0..<digits {
      guard let digit = Character(Unicode.Scalar(bytes[i])).hexDigitValue, digit < radix else { return nil }
      value = value &* radix &+ UInt32(digit)
      i += 1
    }
    return value
  }

  private static func hex(_ value: UInt32, _ digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator:
      false
    default: true
    }
  }
}
