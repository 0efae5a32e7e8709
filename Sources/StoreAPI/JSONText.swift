/// JSON being written, as bytes.
struct JSONText {
  private(set) var bytes: [UInt8] = []

  mutating func raw(_ text: StaticString) {
    bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  mutating func append(_ byte: UInt8) { bytes.append(byte) }

  mutating func number(_ value: Int) { bytes.append(contentsOf: String(value).utf8) }

  mutating func string(_ text: String) {
    var text = text
    text.withUTF8 { string($0) }
  }

  /// A line may hold any bytes; what is no UTF-8 becomes U+FFFD, as Go writes it.
  mutating func string(_ text: [UInt8]) { text.withUnsafeBufferPointer { string($0) } }

  private mutating func string(_ text: UnsafeBufferPointer<UInt8>) {
    bytes.reserveCapacity(bytes.count + text.count + 2)
    bytes.append(UInt8(ascii: "\""))
    let isPlain = text.allSatisfy { $0 >= 0x20 && $0 < 0x80 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
    if isPlain {
      bytes.append(contentsOf: text)
    } else {
      // Decoding repairs what is broken.
      for byte in String(decoding: text, as: UTF8.self).utf8 { escaped(byte) }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func escaped(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): raw("\\\"")
    case UInt8(ascii: "\\"): raw("\\\\")
    case UInt8(ascii: "\n"): raw("\\n")
    case UInt8(ascii: "\r"): raw("\\r")
    case UInt8(ascii: "\t"): raw("\\t")
    case 0..<0x20:
      raw("\\u00")
      for digit in [byte >> 4, byte & 15] { bytes.append(digit < 10 ? 48 + digit : 87 + digit) }
    default: bytes.append(byte)
    }
  }

  /// `[a,b]`, each element by `write`.
  mutating func array<Elements: Sequence>(_ elements: Elements, _ write: (inout JSONText, Elements.Element) -> Void) {
    raw("[")
    var isFirst = true
    for element in elements {
      if !isFirst { raw(",") }
      isFirst = false
      write(&self, element)
    }
    raw("]")
  }

  /// `{"name":…}`, each value by `write`.
  mutating func object<Members: Sequence>(
    _ members: Members, name: (Members.Element) -> String, _ write: (inout JSONText, Members.Element) -> Void
  ) {
    raw("{")
    var isFirst = true
    for member in members {
      if !isFirst { raw(",") }
      isFirst = false
      string(name(member))
      raw(":")
      write(&self, member)
    }
    raw("}")
  }
}
