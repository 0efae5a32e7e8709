import Bytes
import GoCompat

/// Quoted text and characters as Go writes and reads them, with bytes that are no UTF-8 (Go's `strconv.Quote`).
enum Quoting {
  /// The text between quotation marks; nil when an escape is wrong.
  static func unquoted(_ text: ArraySlice<UInt8>, mark: UInt8) -> [UInt8]? {
    var out: [UInt8] = []
    var rest = text
    while let byte = rest.popFirst() {
      if byte == mark || byte == UInt8(ascii: "\n") { return nil }
      guard byte == UInt8(ascii: "\\") else {
        out.append(byte)
        continue
      }
      guard let escape = rest.popFirst() else { return nil }
      switch escape {
      case UInt8(ascii: "a"): out.append(7)
      case UInt8(ascii: "b"): out.append(8)
      case UInt8(ascii: "f"): out.append(12)
      case UInt8(ascii: "n"): out.append(10)
      case UInt8(ascii: "r"): out.append(13)
      case UInt8(ascii: "t"): out.append(9)
      case UInt8(ascii: "v"): out.append(11)
      case UInt8(ascii: "\\"), mark: out.append(escape)
      case UInt8(ascii: "x"):
        guard let value = number(&rest, 2, 16) else { return nil }
        out.append(UInt8(value))
      case UInt8(ascii: "u"), UInt8(ascii: "U"):
        guard let value = number(&rest, escape == UInt8(ascii: "u") ? 4 : 8, 16), let scalar = Unicode.Scalar(value)
        else { return nil }
        out += Array(String(scalar).utf8)
      case UInt8(ascii: "0")...UInt8(ascii: "7"):
        guard let tail = number(&rest, 2, 8) else { return nil }
        let value = UInt32(escape - 48) * 64 + tail
        guard value < 256 else { return nil }
        out.append(UInt8(value))
      default: return nil
      }
    }
    return out
  }

  private static func number(_ rest: inout ArraySlice<UInt8>, _ digits: Int, _ radix: UInt32) -> UInt32? {
    guard rest.count >= digits else { return nil }
    var value: UInt32 = 0
    for byte in rest.prefix(digits) {
      guard byte < 0x80, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, digit < radix else { return nil }
      value = value &* radix &+ UInt32(digit)
    }
    rest = rest.dropFirst(digits)
    return value
  }

  /// - Parameter isASCII: everything beyond ASCII is escaped.
  static func quote(_ text: [UInt8], isASCII: Bool = false, to out: inout ByteBuffer) {
    out.append(UInt8(ascii: "\""))
    for item in Characters(text) {
      if item.isStray {
        out.append("\\x" as StaticString)
        appendHex(UInt32(item.byte), 2, to: &out)
      } else {
        escape(item.scalar, mark: "\"", isASCII: isASCII, to: &out)
      }
    }
    out.append(UInt8(ascii: "\""))
  }

  static func quote(character: Unicode.Scalar, isASCII: Bool = false, to out: inout ByteBuffer) {
    out.append(UInt8(ascii: "'"))
    escape(character, mark: "'", isASCII: isASCII, to: &out)
    out.append(UInt8(ascii: "'"))
  }

  private static func escape(_ scalar: Unicode.Scalar, mark: Unicode.Scalar, isASCII: Bool, to out: inout ByteBuffer) {
    switch scalar {
    case mark, "\\":
      out.append(UInt8(ascii: "\\"))
      out.append(UInt8(scalar.value))
    case "\u{07}": out.append("\\a" as StaticString)
    case "\u{08}": out.append("\\b" as StaticString)
    case "\u{0C}": out.append("\\f" as StaticString)
    case "\n": out.append("\\n" as StaticString)
    case "\r": out.append("\\r" as StaticString)
    case "\t": out.append("\\t" as StaticString)
    case "\u{0B}": out.append("\\v" as StaticString)
    case " "..."~": out.append(UInt8(scalar.value))
    default:
      if scalar.value < 0x80 {
        out.append("\\x" as StaticString)
        appendHex(scalar.value, 2, to: &out)
      } else if !isASCII, isPrintable(scalar) {
        out.append(String(scalar))
      } else if scalar.value < 0x10000 {
        out.append("\\u" as StaticString)
        appendHex(scalar.value, 4, to: &out)
      } else {
        out.append("\\U" as StaticString)
        appendHex(scalar.value, 8, to: &out)
      }
    }
  }

  static func appendHex(_ value: UInt32, _ digits: Int, to out: inout ByteBuffer) {
    for shift in stride(from: (digits - 1) * 4, through: 0, by: -4) {
      out.append(hexDigit(UInt8(value >> UInt32(shift) & 15)))
    }
  }

  static func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 87 + value }

  static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator:
      scalar == " "
    default: true
    }
  }
}
