/// What the first bytes of a match have to be, for expressions such as `^\d{4}-\d{2}-\d{2} `: most lines that do not match
/// are known by it without an engine.
///
/// Everything in it is ASCII, so that it holds whatever the other bytes of the text are.
struct LeadingBytes: Sendable {
  /// For each place a set of bytes: bit b of word b / 64.
  private var sets: [(UInt64, UInt64)] = []
  /// Nothing else is asked of the text.
  private(set) var isWhole = false

  var count: Int { sets.count }

  /// - Parameter pattern: an expression that RE2 has accepted. nil when it does not begin with the start of the text and a
  ///   byte at least that is known.
  init?(_ pattern: [UInt8]) {
    guard pattern.first == UInt8(ascii: "^"), !pattern.contains(UInt8(ascii: "|")) else { return nil }
    var reader = Reader(source: pattern, at: 1)
    while sets.count < 64, let set = reader.set(), let times = reader.times() {
      for _ in 0..<times { sets.append(set) }
    }
    isWhole = reader.isAtEnd && sets.count <= 64
    if sets.isEmpty { return nil }
  }

  @inline(__always) func fits(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard text.count >= sets.count else { return false }
    for place in sets.indices {
      let byte = text[place]
      let word = byte < 64 ? sets[place].0 : sets[place].1
      if byte >= 128 || word >> UInt64(byte & 63) & 1 == 0 { return false }
    }
    return true
  }

  private struct Reader {
    let source: [UInt8]
    var at: Int
    var isAtEnd: Bool { at == source.count }
    private var next: UInt8? { at < source.count ? source[at] : nil }

    init(source: [UInt8], at: Int) {
      self.source = source
      self.at = at
    }

    private static func one(_ byte: UInt8) -> (UInt64, UInt64) {
      byte < 64 ? (1 << UInt64(byte), 0) : (0, 1 << UInt64(byte & 63))
    }

    private static let digits: (UInt64, UInt64) = (0x03FF_0000_0000_0000, 0)

    /// A single ASCII sign, or a class that lists some; nil for anything else, which then stands at `at`.
    mutating func set() -> (UInt64, UInt64)? {
      guard let byte = next, byte < 128 else { return nil }
      switch byte {
      case UInt8(ascii: "\\"):
        guard at + 1 < source.count, let set = Self.escape(source[at + 1]) else { return nil }
        at += 2
        return set
      case UInt8(ascii: "["): return list()
      case UInt8(ascii: "."), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "+"),
        UInt8(ascii: "?"), UInt8(ascii: "{"), UInt8(ascii: "^"), UInt8(ascii: "$"):
        return nil
      default:
        at += 1
        return Self.one(byte)
      }
    }

    private static func escape(_ byte: UInt8) -> (UInt64, UInt64)? {
      if byte == UInt8(ascii: "d") { return digits }
      let isLetter = (0x61...0x7a).contains(byte | 0x20)
      return isLetter || (0x30...0x39).contains(byte) || byte >= 128 || byte < 0x21 ? nil : one(byte)
    }

    /// `[A-Z0-9_]`: single signs and ranges without escapes.
    private mutating func list() -> (UInt64, UInt64)? {
      var place = at + 1
      var set: (UInt64, UInt64) = (0, 0)
      while place < source.count, source[place] != UInt8(ascii: "]") {
        let low = source[place]
        guard low < 128, low != UInt8(ascii: "\\"), low != UInt8(ascii: "["), low != UInt8(ascii: "^"),
          low != UInt8(ascii: "-")
        else { return nil }
        var high = low
        if place + 2 < source.count, source[place + 1] == UInt8(ascii: "-"), source[place + 2] != UInt8(ascii: "]") {
          high = source[place + 2]
          guard high < 128, high >= low, high != UInt8(ascii: "\\"), high != UInt8(ascii: "[") else { return nil }
          place += 2
        }
        for byte in low...high {
          let bit = Self.one(byte)
          set = (set.0 | bit.0, set.1 | bit.1)
        }
        place += 1
      }
      guard place < source.count, set.0 | set.1 != 0 else { return nil }
      at = place + 1
      return set
    }

    /// How often what was read last has to come: once, or what `{n}` says; for other repetitions nil, and what was read
    /// does not count.
    mutating func times() -> Int? {
      switch next {
      case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"): return nil
      case UInt8(ascii: "{"):
        var place = at + 1
        var count = 0
        while place < source.count, source[place] &- 48 <= 9, count < 100 {
          count = count * 10 + Int(source[place] &- 48)
          place += 1
        }
        guard place < source.count, source[place] == UInt8(ascii: "}"), place > at + 1, count <= 64 else { return nil }
        // A `?` behind it changes nothing of what fits, but a second repetition would.
        if place + 1 < source.count,
          [UInt8(ascii: "?"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "{")].contains(source[place + 1])
        {
          return nil
        }
        at = place + 1
        return count
      default: return 1
      }
    }
  }
}
