import GoCompat

/// Text as Go walks through it: character by character, each stray byte being a U+FFFD of one byte.
struct Characters: Sequence, IteratorProtocol {
  struct Item {
    var scalar: Unicode.Scalar
    /// In the text.
    var range: Range<Int>
    /// The first byte.
    var byte: UInt8
    var isStray: Bool
  }
  private let text: [UInt8]
  private var place = 0

  init(_ text: [UInt8]) { self.text = text }

  mutating func next() -> Item? {
    guard place < text.count else { return nil }
    let start = place
    let first = text[start]
    if first < 0x80 {
      place += 1
      return Item(scalar: Unicode.Scalar(first), range: start..<place, byte: first, isStray: false)
    }
    let length = text.withUnsafeBufferPointer { UTF8Text.sequenceLength($0, start) }
    if length == 0 {
      place += 1
      return Item(scalar: "\u{FFFD}", range: start..<place, byte: first, isStray: true)
    }
    place += length
    var value = UInt32(first) & (length == 2 ? 0x1F : length == 3 ? 0x0F : 0x07)
    for byte in text[start + 1..<place] { value = value << 6 | UInt32(byte & 0x3F) }
    return Item(
      scalar: Unicode.Scalar(value) ?? "\u{FFFD}", range: start..<place, byte: first, isStray: false)
  }
}

extension Unicode.Scalar {
  /// Go's unicode.IsSpace.
  var isGoSpace: Bool {
    switch value {
    case 9...13, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
    default: false
    }
  }

  var isLetter: Bool {
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: false
    }
  }

  var isDigit: Bool { properties.generalCategory == .decimalNumber }

  // One character for one, as Go maps letters; the full mappings of Unicode may give several.
  var upper: Unicode.Scalar {
    let full = properties.uppercaseMapping.unicodeScalars
    return full.count == 1 ? full.first ?? self : title
  }

  var lower: Unicode.Scalar {
    if value == 0x130 { return "i" }
    let full = properties.lowercaseMapping.unicodeScalars
    return full.count == 1 ? full.first ?? self : self
  }

  var title: Unicode.Scalar {
    let full = properties.titlecaseMapping.unicodeScalars
    return full.count == 1 ? full.first ?? self : self
  }

  var isUpper: Bool { properties.generalCategory == .uppercaseLetter }
  var isLower: Bool { properties.generalCategory == .lowercaseLetter }
}

extension [UInt8] {
  mutating func append(_ scalar: Unicode.Scalar) {
    if scalar.value < 0x80 { append(UInt8(scalar.value)) } else { append(contentsOf: String(scalar).utf8) }
  }

  var string: String { String(decoding: self, as: UTF8.self) }
}
