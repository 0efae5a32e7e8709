public import Bytes
import Glibc
internal import GoCompat

/// Strings of JSON: escapes decoded and written.
public enum JSONString {
  /// The value of four hexadecimal digits.
  static func hex(_ text: UnsafeBufferPointer<UInt8>, _ at: Int) -> UInt32? {
    var value: UInt32 = 0
    for offset in 0..<4 {
      let byte = text[at &+ offset]
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value &<< 4 | UInt32(byte &- 48)
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value &<< 4 | UInt32(byte &- 87)
      case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value &<< 4 | UInt32(byte &- 55)
      default: return nil
      }
    }
    return value
  }

  /// Decodes the escapes of a string that has been checked. A lone surrogate becomes U+FFFD.
  static func appendUnescaped(_ text: UnsafeBufferPointer<UInt8>, to out: inout ByteBuffer) {
    out.reserve(text.count)
    var at = 0
    while at < text.count {
      let rest = UnsafeBufferPointer(rebasing: text[at...])
      let plain =
        memchr(rest.baseAddress!, 0x5c, rest.count)
        .map { UnsafeRawPointer($0) - UnsafeRawPointer(rest.baseAddress!) } ?? rest.count
      out.append(UnsafeBufferPointer(rebasing: rest[..<plain]))
      at &+= plain
      guard at &+ 1 < text.count else {
        if at < text.count { out.append(text[at]) }
        return
      }
      let escape = text[at &+ 1]
      at &+= 2
      switch escape {
      case UInt8(ascii: "b"): out.append(8)
      case UInt8(ascii: "f"): out.append(12)
      case UInt8(ascii: "n"): out.append(10)
      case UInt8(ascii: "r"): out.append(13)
      case UInt8(ascii: "t"): out.append(9)
      case UInt8(ascii: "u"): appendUnicode(text, &at, to: &out)
      default: out.append(escape)
      }
    }
  }

  private static func appendUnicode(_ text: UnsafeBufferPointer<UInt8>, _ at: inout Int, to out: inout ByteBuffer) {
    guard at &+ 4 <= text.count, let unit = hex(text, at) else { return }
    at &+= 4
    var value = unit
    if (0xD800...0xDBFF).contains(unit), at &+ 6 <= text.count, text[at] == UInt8(ascii: "\\"),
      text[at &+ 1] == UInt8(ascii: "u"), let low = hex(text, at &+ 2), (0xDC00...0xDFFF).contains(low)
    {
      value = 0x10000 &+ (unit &- 0xD800) &<< 10 &+ (low &- 0xDC00)
      at &+= 6
    }
    let scalar = Unicode.Scalar(value) ?? "\u{FFFD}"
    for byte in UTF8.encode(scalar).unsafelyUnwrapped { out.append(byte) }
  }

  private static let digits = Array("0123456789abcdef".utf8)

  /// Appends a string in quotes as Promtail prints it: `<`, `>`, `&`, U+2028 and U+2029 escaped, stray bytes as U+FFFD.
  public static func appendQuoted(_ text: UnsafeBufferPointer<UInt8>, to out: inout ByteBuffer) {
    out.append(UInt8(ascii: "\""))
    var at = 0
    while at < text.count {
      let byte = text[at]
      if byte >= 0x80 {
        appendBeyondASCII(text, &at, to: &out)
        continue
      }
      at &+= 1
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        out.append(UInt8(ascii: "\\"))
        out.append(byte)
      case UInt8(ascii: "\n"): out.append("\\n" as StaticString)
      case UInt8(ascii: "\r"): out.append("\\r" as StaticString)
      case UInt8(ascii: "\t"): out.append("\\t" as StaticString)
      case 0..<0x20, UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"):
        out.append("\\u00" as StaticString)
        out.append(digits[Int(byte >> 4)])
        out.append(digits[Int(byte & 15)])
      default: out.append(byte)
      }
    }
    out.append(UInt8(ascii: "\""))
  }

  private static func appendBeyondASCII(_ text: UnsafeBufferPointer<UInt8>, _ at: inout Int, to out: inout ByteBuffer) {
    let length = UTF8Text.sequenceLength(text, at)
    if length == 0 {
      out.append("\\ufffd" as StaticString)
      at &+= 1
    } else if length == 3, text[at] == 0xE2, text[at &+ 1] == 0x80, text[at &+ 2] & 0xFE == 0xA8 {
      out.append(text[at &+ 2] == 0xA8 ? "\\u2028" : "\\u2029" as StaticString)
      at &+= 3
    } else {
      out.append(UnsafeBufferPointer(rebasing: text[at..<(at &+ length)]))
      at &+= length
    }
  }
}
