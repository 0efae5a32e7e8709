import Bytes
import Glibc
import GoCompat

/// `logfmt`: fields of `key=value` text become extracted values.
struct CompiledLogfmt: ~Copyable, Sendable {
  struct Field: Sendable {
    var key: [UInt8]
    var slot: Int
    /// Its first eight bytes, the first lowest.
    let word: UInt64

    init(key: [UInt8], slot: Int) {
      self.key = key
      self.slot = slot
      word = key.withUnsafeBytes { key.isEmpty ? 0 : Hash.word($0, 0, min(8, key.count)) }
    }
  }
  var fields: [Field]
  /// nil: the line.
  var source: Int?

  /// Longer records extract nothing (recorded: logfmt/line-over-64-kib-extracts-nothing).
  static let longest = 65535
}

extension LineContext {
  mutating func run(_ stage: borrowing CompiledLogfmt) {
    var input = line
    if let source = stage.source {
      guard let value = text(slots[source]) else { return }
      input = value
    }
    // Records of several lines are read one by one; the first error or overlong one ends the reading.
    var start = 0
    while start <= Int(input.count) {
      let all = bytes(input)
      var end = all.count
      if let base = all.baseAddress, let found = memchr(base + start, 0x0a, all.count - start) {
        end = UnsafeRawPointer(found) - UnsafeRawPointer(base)
      }
      if end - start > CompiledLogfmt.longest { return }
      if !record(stage, input.part(start..<end)) { return }
      start = end + 1
    }
  }

  /// False after a syntax error; fields before it stay.
  private mutating func record(_ stage: borrowing CompiledLogfmt, _ record: Slice) -> Bool {
    var place = 0
    let count = Int(record.count)
    while true {
      // Unescaping may move it.
      guard let text = bytes(record).baseAddress else { return true }
      while place < count, text[place] <= 0x20 { place &+= 1 }
      if place == count { return true }
      let start = place
      place = ByteScan.first(text, from: place, count: count, one: 0x3d, other: 0x22, below: 0x21)
      let key = UnsafeBufferPointer(start: text + start, count: place &- start)
      if key.isEmpty { return false }
      let word = Hash.word(UnsafeRawBufferPointer(key), 0, min(8, key.count))
      if word & 0x8080_8080_8080_8080 != 0 || key.count > 8, !UTF8Text.isValid(key) { return false }
      if place < count, text[place] == 0x22 { return false }
      guard place < count, text[place] == 0x3d else {
        set(stage, key, word, Slice(.chunk, 0, 0))
        continue
      }
      place &+= 1
      if place < count, text[place] == 0x22 {
        let opening = place
        place &+= 1
        var hasEscape = false
        while true {
          place = ByteScan.first(text, from: place, count: count, one: 0x22, other: 0x5c, below: 0)
          if place >= count || text[place] == 0x22 { break }
          hasEscape = true
          place &+= 2
        }
        if place >= count { return false }
        var value = record.part(opening &+ 1..<place)
        place &+= 1
        if hasEscape {
          guard let unquoted = unquoted(value) else { return false }
          value = unquoted
          let moved = UnsafeBufferPointer(rebasing: bytes(record)[start..<start + key.count])
          set(stage, moved, word, value)
        } else {
          set(stage, key, word, value)
        }
      } else {
        let opening = place
        place = ByteScan.first(text, from: place, count: count, one: 0x3d, other: 0x22, below: 0x21)
        if place < count, text[place] > 0x20 { return false }
        set(stage, key, word, record.part(opening..<place))
      }
    }
  }

  @inline(__always)
  private func set(
    _ stage: borrowing CompiledLogfmt, _ name: UnsafeBufferPointer<UInt8>, _ word: UInt64, _ value: Slice
  ) {
    for index in stage.fields.indices where stage.fields[index].word == word {
      if isKey(stage.fields[index].key, name) { slots[stage.fields[index].slot] = .text(value) }
    }
  }

  private func isKey(_ key: [UInt8], _ name: UnsafeBufferPointer<UInt8>) -> Bool {
    key.withUnsafeBufferPointer { $0.count == name.count && $0.elementsEqual(name) }
  }

  /// JSON's escapes, as in quoted values of logfmt. nil when one is broken.
  private mutating func unquoted(_ value: Slice) -> Slice? {
    let start = made.count
    // Each escape is at least as long as what it stands for, so this is room enough, and `bytes` stays valid.
    made.reserve(Int(value.count) + 4)
    let text = bytes(value)
    var place = 0
    while place < text.count {
      let byte = text[place]
      place += 1
      guard byte == 0x5c else {
        made.append(byte)
        continue
      }
      guard place < text.count else { return nil }
      let escape = text[place]
      place += 1
      switch escape {
      case 0x22, 0x5c, 0x2f, 0x27: made.append(escape)
      case 0x62: made.append(8)
      case 0x66: made.append(12)
      case 0x6e: made.append(10)
      case 0x72: made.append(13)
      case 0x74: made.append(9)
      case 0x75:
        guard var scalar = hex4(text, &place) else { return nil }
        if (0xD800..<0xDC00).contains(scalar) {
          var next = place
          if next + 1 < text.count, text[next] == 0x5c, text[next + 1] == 0x75 {
            next += 2
            if let low = hex4(text, &next), (0xDC00..<0xE000).contains(low) {
              scalar = 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
              place = next
            }
          }
        }
        for unit in String(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8 { made.append(unit) }
      default: return nil
      }
    }
    return Slice(.made, start, made.count - start)
  }

  private func hex4(_ text: UnsafeBufferPointer<UInt8>, _ place: inout Int) -> UInt32? {
    guard place + 4 <= text.count else { return nil }
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(text[place])).hexDigitValue else { return nil }
      value = value << 4 | UInt32(digit)
      place += 1
    }
    return value
  }
}
