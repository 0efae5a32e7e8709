import Bytes
import Glibc
import GoCompat

/// Plain paths (`a.b.c`) of a json stage as a tree, so that one pass over the line fills all their slots.
struct JSONPaths: Sendable {
  struct Node: Sendable {
    var children: [(key: [UInt8], node: Int)] = []
    /// Slots that take the value found here.
    var slots: [Int] = []
    /// Slots here and below: null until their value is met.
    var below: [Int] = []
  }
  private(set) var nodes = [Node()]

  mutating func add(_ path: [String], slot: Int) {
    var node = 0
    nodes[0].below.append(slot)
    for name in path {
      let key = Array(name.utf8)
      if let child = nodes[node].children.first(where: { $0.key == key }) {
        node = child.node
      } else {
        nodes.append(Node())
        nodes[node].children.append((key, nodes.count - 1))
        node = nodes.count - 1
      }
      nodes[node].below.append(slot)
    }
    nodes[node].slots.append(slot)
  }
}

/// Checks a JSON text as strictly as Go's encoding/json and notes where the wanted values are, in one pass.
///
/// Values that nobody asked for are checked and passed over without being kept.
struct JSONScanner {
  /// Deeper texts are malformed, as in Go's encoding/json.
  static let deepest = 10_000

  enum Found {
    case null
    case boolean(Bool)
    case number(Double)
    /// Between the quotes.
    case string(Range<Int>, hasEscapes: Bool)
    /// An object or array, brackets included.
    case structure(Range<Int>)
  }

  let text: UnsafeBufferPointer<UInt8>
  var place = 0
  private var depth = 0
  /// One bit per open bracket: set for an object.
  private var brackets: [UInt64] = []

  init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

  /// The whole text is one object, or null. `found` is called for each wanted value, in the order of the text.
  mutating func scan(_ paths: borrowing JSONPaths, reset: ([Int]) -> Void, found: ([Int], Found) -> Bool) -> Bool {
    skipSpace()
    guard place < text.count else { return false }
    if text[place] == 0x6e {
      guard literal("null") else { return false }
    } else {
      guard text[place] == 0x7b, object(paths, 0, reset, found) else { return false }
    }
    skipSpace()
    return place == text.count
  }

  private mutating func object(
    _ paths: borrowing JSONPaths, _ node: Int, _ reset: ([Int]) -> Void, _ found: ([Int], Found) -> Bool
  ) -> Bool {
    depth += 1
    guard depth <= Self.deepest else { return false }
    place += 1
    skipSpace()
    if place < text.count, text[place] == 0x7d {
      place += 1
      depth -= 1
      return true
    }
    while true {
      skipSpace()
      guard let (key, hasEscapes) = string() else { return false }
      skipSpace()
      guard place < text.count, text[place] == 0x3a else { return false }
      place += 1
      skipSpace()
      if let child = child(of: node, key, hasEscapes, paths) {
        guard value(paths, child, reset, found) else { return false }
      } else {
        guard skipValue() else { return false }
      }
      skipSpace()
      guard place < text.count else { return false }
      let next = text[place]
      place += 1
      if next == 0x7d { break }
      guard next == 0x2c else { return false }
    }
    depth -= 1
    return true
  }

  private func child(of node: Int, _ key: Range<Int>, _ hasEscapes: Bool, _ paths: borrowing JSONPaths) -> Int? {
    if hasEscapes {
      var plain = ByteBuffer(capacity: key.count + 4)
      Self.unescape(UnsafeBufferPointer(rebasing: text[key]), into: &plain)
      for child in paths.nodes[node].children where child.key.elementsEqual(plain.bytes) { return child.node }
      return nil
    }
    for child in paths.nodes[node].children where child.key.count == key.count {
      let isEqual = child.key.withUnsafeBufferPointer {
        $0.isEmpty || memcmp($0.baseAddress!, text.baseAddress! + key.lowerBound, key.count) == 0
      }
      if isEqual { return child.node }
    }
    return nil
  }

  private mutating func value(
    _ paths: borrowing JSONPaths, _ node: Int, _ reset: ([Int]) -> Void, _ found: ([Int], Found) -> Bool
  ) -> Bool {
    // Of two fields of one name the last counts, and nothing of the first stays.
    reset(paths.nodes[node].below)
    guard place < text.count else { return false }
    let start = place
    let wanted = paths.nodes[node].slots
    let value: Found
    switch text[place] {
    case 0x22:
      guard let (range, hasEscapes) = string() else { return false }
      value = .string(range, hasEscapes: hasEscapes)
    case 0x7b where !paths.nodes[node].children.isEmpty:
      guard object(paths, node, reset, found) else { return false }
      value = .structure(start..<place)
    case 0x7b, 0x5b:
      guard skipValue() else { return false }
      value = .structure(start..<place)
    case 0x74:
      guard literal("true") else { return false }
      value = .boolean(true)
    case 0x66:
      guard literal("false") else { return false }
      value = .boolean(false)
    case 0x6e:
      guard literal("null") else { return false }
      value = .null
    default:
      guard let number = number() else { return false }
      value = .number(number)
    }
    return wanted.isEmpty || found(wanted, value)
  }

  // MARK: - Passing over

  /// Checks a value of any depth without recursion.
  private mutating func skipValue() -> Bool {
    let outer = depth
    repeat {
      skipSpace()
      guard place < text.count else { return false }
      switch text[place] {
      case 0x22: guard string() != nil else { return false }
      case 0x74: guard literal("true") else { return false }
      case 0x66: guard literal("false") else { return false }
      case 0x6e: guard literal("null") else { return false }
      case 0x7b, 0x5b:
        let isObject = text[place] == 0x7b
        place += 1
        guard open(isObject) else { return false }
        skipSpace()
        guard place < text.count else { return false }
        if text[place] == (isObject ? 0x7d : 0x5d) {
          place += 1
          depth -= 1
          break
        }
        if isObject { guard key() else { return false } }
        continue
      default: guard checkNumber() else { return false }
      }
      // A value has ended: what may follow depends on the bracket around it.
      while depth > outer {
        skipSpace()
        guard place < text.count else { return false }
        let byte = text[place]
        place += 1
        if byte == 0x2c {
          if isInObject {
            skipSpace()
            guard key() else { return false }
          }
          break
        }
        guard byte == (isInObject ? 0x7d : 0x5d) else { return false }
        depth -= 1
      }
    } while depth > outer
    return true
  }

  private mutating func open(_ isObject: Bool) -> Bool {
    depth += 1
    guard depth <= Self.deepest else { return false }
    let word = depth >> 6
    while brackets.count <= word { brackets.append(0) }
    let bit = UInt64(1) << UInt64(depth & 63)
    if isObject { brackets[word] |= bit } else { brackets[word] &= ~bit }
    return true
  }

  private var isInObject: Bool { brackets[depth >> 6] & (UInt64(1) << UInt64(depth & 63)) != 0 }

  private mutating func key() -> Bool {
    guard string() != nil else { return false }
    skipSpace()
    guard place < text.count, text[place] == 0x3a else { return false }
    place += 1
    return true
  }

  @inline(__always)
  private mutating func skipSpace() {
    while place < text.count,
      text[place] == 0x20 || (text[place] >= 9 && text[place] <= 13 && text[place] != 11 && text[place] != 12)
    {
      place &+= 1
    }
  }

  private mutating func literal(_ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    guard place + count <= text.count, memcmp(text.baseAddress! + place, word.utf8Start, count) == 0 else {
      return false
    }
    place += count
    return true
  }

  /// A string at `place`: what is between its quotes.
  @inline(__always)
  private mutating func string() -> (Range<Int>, Bool)? {
    guard place < text.count, text[place] == 0x22 else { return nil }
    place &+= 1
    let start = place
    var hasEscapes = false
    while true {
      place = Self.plainEnd(text, place)
      guard place < text.count else { return nil }
      let byte = text[place]
      if byte == 0x22 {
        place &+= 1
        return (start..<place &- 1, hasEscapes)
      }
      guard byte == 0x5c, place &+ 1 < text.count else { return nil }
      hasEscapes = true
      switch text[place &+ 1] {
      case 0x22, 0x5c, 0x2f, 0x62, 0x66, 0x6e, 0x72, 0x74: place &+= 2
      case 0x75:
        guard place &+ 6 <= text.count else { return nil }
        for index in place &+ 2..<place &+ 6 where !Self.isHex(text[index]) { return nil }
        place &+= 6
      default: return nil
      }
    }
  }

  /// Where the bytes end that stand for themselves: at a quote, a backslash or a control character. Eight at a time.
  @inline(__always)
  private static func plainEnd(_ text: UnsafeBufferPointer<UInt8>, _ from: Int) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let tops: UInt64 = 0x8080_8080_8080_8080
    var place = from
    let raw = UnsafeRawPointer(text.baseAddress!)
    while place &+ 8 <= text.count {
      let word = raw.loadUnaligned(fromByteOffset: place, as: UInt64.self)
      let quote = word ^ (ones &* 0x22)
      let slash = word ^ (ones &* 0x5c)
      let hits =
        ((quote &- ones) & ~quote) | ((slash &- ones) & ~slash) | ((word &- ones &* 0x20) & ~word)
      let found = hits & tops
      if found != 0 { return place &+ found.trailingZeroBitCount >> 3 }
      place &+= 8
    }
    while place < text.count, text[place] != 0x22, text[place] != 0x5c, text[place] >= 0x20 { place &+= 1 }
    return place
  }

  private static func isHex(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
  }

  // MARK: - Numbers

  /// The end of a number at `place`, and whether its size must be looked at.
  private func numberEnd() -> (end: Int, isSimple: Bool)? {
    var end = place
    if end < text.count, text[end] == 0x2d { end += 1 }
    guard end < text.count else { return nil }
    func digits() -> Bool {
      let start = end
      while end < text.count, text[end] >= 0x30, text[end] <= 0x39 { end += 1 }
      return end > start
    }
    if text[end] == 0x30 { end += 1 } else if !digits() { return nil }
    var isSimple = end - place <= 15
    if end < text.count, text[end] == 0x2e {
      end += 1
      isSimple = false
      if !digits() { return nil }
    }
    if end < text.count, text[end] == 0x65 || text[end] == 0x45 {
      end += 1
      isSimple = false
      if end < text.count, text[end] == 0x2b || text[end] == 0x2d { end += 1 }
      if !digits() { return nil }
    }
    return (end, isSimple)
  }

  private mutating func checkNumber() -> Bool {
    guard let (end, isSimple) = numberEnd() else { return false }
    if !isSimple, end - place > 300 || text[place..<end].contains(where: { $0 == 0x65 || $0 == 0x45 }) {
      return number() != nil
    }
    place = end
    return true
  }

  /// nil for what is no number, and for one too large for 64 bits of floating point.
  private mutating func number() -> Double? {
    guard let (end, isSimple) = numberEnd() else { return nil }
    defer { place = end }
    if isSimple {
      let isNegative = text[place] == 0x2d
      var value: Int64 = 0
      for index in (isNegative ? place + 1 : place)..<end { value = value &* 10 &+ Int64(text[index] &- 0x30) }
      return isNegative ? -Double(value) : Double(value)
    }
    let value = withUnsafeTemporaryAllocation(of: CChar.self, capacity: end - place + 1) { copy in
      for index in place..<end { copy[index - place] = CChar(bitPattern: text[index]) }
      copy[end - place] = 0
      return strtod(copy.baseAddress!, nil)
    }
    return value.isInfinite ? nil : value
  }

  // MARK: - Escapes

  /// Writes what a checked string stands for. A lone surrogate becomes U+FFFD.
  static func unescape(_ text: UnsafeBufferPointer<UInt8>, into out: inout ByteBuffer) {
    var place = 0
    while place < text.count {
      let byte = text[place]
      place += 1
      guard byte == 0x5c else {
        out.append(byte)
        continue
      }
      let escape = text[place]
      place += 1
      switch escape {
      case 0x62: out.append(8)
      case 0x66: out.append(12)
      case 0x6e: out.append(10)
      case 0x72: out.append(13)
      case 0x74: out.append(9)
      case 0x75:
        var scalar = hex(text, place)
        place += 4
        if (0xD800..<0xDC00).contains(scalar), place + 6 <= text.count, text[place] == 0x5c, text[place + 1] == 0x75 {
          let low = hex(text, place + 2)
          if (0xDC00..<0xE000).contains(low) {
            scalar = 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
            place += 6
          }
        }
        append(Unicode.Scalar(scalar) ?? "\u{FFFD}", to: &out)
      default: out.append(escape)
      }
    }
  }

  private static func hex(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> UInt32 {
    var value: UInt32 = 0
    for index in start..<start + 4 {
      let byte = text[index]
      let digit = byte <= 0x39 ? byte &- 0x30 : (byte | 0x20) &- 0x57
      value = value << 4 | UInt32(digit)
    }
    return value
  }

  private static func append(_ scalar: Unicode.Scalar, to out: inout ByteBuffer) {
    for unit in UTF8.encode(scalar)! { out.append(unit) }
  }
}
