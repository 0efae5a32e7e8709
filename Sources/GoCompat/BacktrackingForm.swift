/// An expression of Go's in PCRE2's syntax, if it is of the part of the language on which both agree on ASCII text.
///
/// That part is: literals, `.`, classes, groups, alternation, repetition, `^` and `$` without (?m), `\b`, the flags i and s.
/// Both engines find the leftmost match and prefer alternatives from the left, so they differ only where a repeated
/// expression can match nothing; those are left to RE2. Every class and escape is written out, so that none of them
/// means more in PCRE2 than in RE2.
struct BacktrackingForm {
  private(set) var pattern: [UInt8] = []
  private let source: [UInt8]
  private var at = 0
  private var depth = 0

  /// - Parameter source: an expression that RE2 has accepted, without names of groups. nil: leave it to RE2.
  init?(_ source: [UInt8], anchored: Bool) {
    self.source = source
    pattern += Array((anchored ? "\\A(?:" : "").utf8)
    guard alternation() != nil, at == source.count else { return nil }
    pattern += Array((anchored ? ")\\z" : "").utf8)
  }

  private var next: UInt8? { at < source.count ? source[at] : nil }

  private mutating func emit(_ text: StaticString) {
    pattern.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// As `\xHH`, which means itself everywhere.
  private mutating func emit(literal byte: UInt8) {
    let digits = Array("0123456789abcdef".utf8)
    pattern += [0x5c, 0x78, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
  }

  // Each part answers whether it can match nothing, or nil when it is not of the common part.

  private mutating func alternation() -> Bool? {
    guard var canBeEmpty = sequence() else { return nil }
    while next == UInt8(ascii: "|") {
      at += 1
      emit("|")
      guard let other = sequence() else { return nil }
      canBeEmpty = canBeEmpty || other
    }
    return canBeEmpty
  }

  private mutating func sequence() -> Bool? {
    var canBeEmpty = true
    while let byte = next, byte != UInt8(ascii: "|"), byte != UInt8(ascii: ")") {
      guard let part = repetition() else { return nil }
      canBeEmpty = canBeEmpty && part
    }
    return canBeEmpty
  }

  private mutating func repetition() -> Bool? {
    guard let canBeEmpty = atom() else { return nil }
    guard let (minimum, text) = quantifier() else { return canBeEmpty }
    if canBeEmpty { return nil }
    pattern += text
    // RE2 refuses a second one, but for the `?` that makes it lazy.
    return minimum == 0
  }

  private mutating func quantifier() -> (minimum: Int, text: ArraySlice<UInt8>)? {
    let start = at
    var minimum = 0
    switch next {
    case UInt8(ascii: "*"), UInt8(ascii: "?"): at += 1
    case UInt8(ascii: "+"):
      minimum = 1
      at += 1
    case UInt8(ascii: "{"):
      var end = at + 1
      var digits = 0
      while end < source.count, source[end] &- 0x30 < 10 {
        minimum = min(minimum * 10 + Int(source[end] &- 0x30), 10_000)
        digits += 1
        end += 1
      }
      if end < source.count, source[end] == UInt8(ascii: ",") { end += 1 }
      while end < source.count, source[end] &- 0x30 < 10 { end += 1 }
      // Without a number first, or without its end, the bracket stands for itself.
      guard digits > 0, end < source.count, source[end] == UInt8(ascii: "}") else { return nil }
      at = end + 1
    default: return nil
    }
    if next == UInt8(ascii: "?") { at += 1 }
    return (minimum, source[start..<at])
  }

  private mutating func atom() -> Bool? {
    guard let byte = next else { return nil }
    at += 1
    switch byte {
    case UInt8(ascii: "("): return group()
    case UInt8(ascii: "["): return characterClass()
    case UInt8(ascii: "\\"): return escape()
    case UInt8(ascii: "."):
      emit(".")
      return false
    case UInt8(ascii: "^"):
      emit("\\A")
      return true
    case UInt8(ascii: "$"):
      emit("\\z")
      return true
    case UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"), 0x80...:
      return nil
    default:
      emit(literal: byte)
      return false
    }
  }

  private mutating func group() -> Bool? {
    depth += 1
    defer { depth -= 1 }
    guard depth < 100 else { return nil }
    emit("(")
    if next == UInt8(ascii: "?") {
      at += 1
      var flags: [UInt8] = []
      while let byte = next, byte == UInt8(ascii: "i") || byte == UInt8(ascii: "s") {
        flags.append(byte)
        at += 1
      }
      let isWhole = next == UInt8(ascii: ")") && at == flags.count + 2
      emit("?")
      pattern += flags
      if isWhole, !flags.isEmpty {
        // For all of the expression: at its very beginning.
        at += 1
        emit(")")
        return true
      }
      guard next == UInt8(ascii: ":") else { return nil }
      at += 1
      emit(":")
    }
    guard let canBeEmpty = alternation(), next == UInt8(ascii: ")") else { return nil }
    at += 1
    emit(")")
    return canBeEmpty
  }

  private mutating func escape() -> Bool? {
    guard let byte = next else { return nil }
    at += 1
    switch byte {
    case UInt8(ascii: "d"): emit("[0-9]")
    case UInt8(ascii: "D"): emit("[^0-9]")
    case UInt8(ascii: "w"): emit("[0-9A-Za-z_]")
    case UInt8(ascii: "W"): emit("[^0-9A-Za-z_]")
    case UInt8(ascii: "s"): emit("[\\x09\\x0a\\x0c\\x0d\\x20]")
    case UInt8(ascii: "S"): emit("[^\\x09\\x0a\\x0c\\x0d\\x20]")
    case UInt8(ascii: "b"):
      emit("\\b")
      return true
    case UInt8(ascii: "B"):
      emit("\\B")
      return true
    case UInt8(ascii: "A"):
      emit("\\A")
      return true
    case UInt8(ascii: "z"):
      emit("\\z")
      return true
    default:
      guard let literal = Self.literal(byte) else { return nil }
      emit(literal: literal)
    }
    return false
  }

  /// What an escaped character stands for, if it is one character.
  private static func literal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "t"): 9
    case UInt8(ascii: "n"): 10
    case UInt8(ascii: "v"): 11
    case UInt8(ascii: "f"): 12
    case UInt8(ascii: "r"): 13
    case UInt8(ascii: "a"): 7
    case 0x21...0x2f, 0x3a...0x40, 0x5b...0x60, 0x7b...0x7e: byte
    default: nil
    }
  }

  private mutating func characterClass() -> Bool? {
    emit("[")
    if next == UInt8(ascii: "^") {
      at += 1
      emit("^")
    }
    var isFirst = true
    while let byte = next, byte != UInt8(ascii: "]") || isFirst {
      isFirst = false
      at += 1
      if byte >= 0x80 { return nil }
      if byte == UInt8(ascii: "["), next == UInt8(ascii: ":") { return nil }
      var low = byte
      if byte == UInt8(ascii: "\\") {
        guard let escaped = next else { return nil }
        at += 1
        switch escaped {
        case UInt8(ascii: "d"):
          emit("0-9")
          continue
        case UInt8(ascii: "w"):
          emit("0-9A-Za-z_")
          continue
        case UInt8(ascii: "s"):
          emit("\\x09\\x0a\\x0c\\x0d\\x20")
          continue
        default:
          guard let literal = Self.literal(escaped) else { return nil }
          low = literal
        }
      }
      emit(literal: low)
      guard next == UInt8(ascii: "-"), at + 1 < source.count, source[at + 1] != UInt8(ascii: "]") else { continue }
      at += 1
      var high = source[at]
      at += 1
      if high == UInt8(ascii: "\\") {
        guard let escaped = next, let literal = Self.literal(escaped) else { return nil }
        at += 1
        high = literal
      }
      if high >= 0x80 || high < low || high == UInt8(ascii: "[") { return nil }
      emit("-")
      emit(literal: high)
    }
    guard next == UInt8(ascii: "]") else { return nil }
    at += 1
    emit("]")
    return false
  }
}
