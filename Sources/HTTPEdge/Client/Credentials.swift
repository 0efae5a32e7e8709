/// How requests prove who sends them.
public enum Credentials: Hashable, Sendable {
  case none
  case basic(user: SecretSource, password: SecretSource)
  /// `Authorization: TYPE SECRET`, such as a bearer token.
  case token(type: String, secret: SecretSource)
  /// A token that another server gives out.
  case oauth2(OAuth2Settings)

  static func basicHeader(_ user: String, _ password: String) -> String {
    "Basic " + Base64.encode(Array("\(user):\(password)".utf8))
  }
}

/// RFC 4648, section 4.
enum Base64 {
  static func encode(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var out: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let part = bytes[start..<min(start + 3, bytes.count)]
      var value = 0
      for index in 0..<3 { value = value << 8 | (index < part.count ? Int(part[start + index]) : 0) }
      for index in 0..<4 {
        out.append(index <= part.count ? alphabet[value >> (18 - 6 * index) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// What is no digit of the alphabet is passed over; `nil` when nothing is left to decode to.
  static func decode(_ text: some StringProtocol) -> [UInt8]? {
    var out: [UInt8] = []
    var value: UInt32 = 0
    var bits = 0
    for byte in text.utf8 where byte != UInt8(ascii: "=") {
      let digit: UInt32
      switch byte {
      case 65...90: digit = UInt32(byte) - 65
      case 97...122: digit = UInt32(byte) - 71
      case 48...57: digit = UInt32(byte) + 4
      case UInt8(ascii: "+"): digit = 62
      case UInt8(ascii: "/"): digit = 63
      default: return nil
      }
      value = value << 6 | digit
      bits += 6
      if bits >= 8 {
        bits -= 8
        out.append(UInt8(truncatingIfNeeded: value >> UInt32(bits)))
      }
    }
    return out
  }
}
