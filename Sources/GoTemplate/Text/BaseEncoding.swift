/// Base64 and base32 with padding (RFC 4648), with Go's words about what is wrong.
struct BaseEncoding: Sendable {
  private let name: String
  private let alphabet: [UInt8]
  private let values: [UInt8]
  /// Of a character.
  private let bits: Int
  /// Characters that belong together.
  private let group: Int

  static let base64 = BaseEncoding(
    "base64", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", bits: 6, group: 4)
  static let base32 = BaseEncoding("base32", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", bits: 5, group: 8)

  private init(_ name: String, _ alphabet: String, bits: Int, group: Int) {
    self.name = name
    self.alphabet = Array(alphabet.utf8)
    self.bits = bits
    self.group = group
    var values = [UInt8](repeating: 255, count: 256)
    for (value, letter) in alphabet.utf8.enumerated() { values[Int(letter)] = UInt8(value) }
    self.values = values
  }

  func encoded(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    var word: UInt32 = 0
    var held = 0
    for byte in bytes {
      word = word << 8 | UInt32(byte)
      held += 8
      while held >= bits {
        held -= bits
        out.append(alphabet[Int(word >> UInt32(held)) & (1 << bits - 1)])
      }
    }
    if held > 0 { out.append(alphabet[Int(word << UInt32(bits - held)) & (1 << bits - 1)]) }
    while out.count % group != 0 { out.append(UInt8(ascii: "=")) }
    return out
  }

  /// The bytes, or a sentence about the first character that is wrong. Line ends do not count.
  func decoded(_ text: [UInt8]) -> [UInt8] {
    func wrong(_ place: Int) -> [UInt8] { Array("illegal \(name) data at input byte \(place)".utf8) }
    var out: [UInt8] = []
    var word: UInt32 = 0
    var held = 0
    var inGroup = 0
    var padding = 0
    for (place, byte) in text.enumerated() where byte != 10 && byte != 13 {
      if padding > 0 {
        guard byte == UInt8(ascii: "="), padding < wantedPadding(inGroup) else { return wrong(place) }
        padding += 1
      } else if byte == UInt8(ascii: "=") {
        guard wantedPadding(inGroup) > 0 else { return wrong(place) }
        padding = 1
      } else {
        guard values[Int(byte)] != 255 else { return wrong(place) }
        word = word << UInt32(bits) | UInt32(values[Int(byte)])
        held += bits
        inGroup = (inGroup + 1) % group
        if held >= 8 {
          held -= 8
          out.append(UInt8(truncatingIfNeeded: word >> UInt32(held)))
        }
      }
    }
    if padding == 0 ? inGroup != 0 : padding != wantedPadding(inGroup) { return wrong(text.count - padding) }
    return out
  }

  /// `=` behind so many characters of the last group; 0 where none may stand.
  private func wantedPadding(_ characters: Int) -> Int {
    // So many characters make whole bytes with fewer bits left over than a character has.
    characters > 0 && characters * bits % 8 < bits ? group - characters : 0
  }
}
