import Bytes
import GoCompat

/// `logfmt`: fields of `key=value` text become extracted values.
struct CompiledLogfmt: Sendable {
  struct Field: Sendable {
    var key: [UInt8]
    var slot: Int
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
      var end = start
      while end < all.count, all[end] != 0x0a { end += 1 }
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
      let text = bytes(record)
      while place < count, text[place] <= 0x20 { place += 1 }
      if place == count { return true }
      let keyStart = place
      while place < count, text[place] > 0x20, text[place] != 0x3d, text[place] != 0x22 { place += 1 }
      let key = UnsafeBufferPointer(rebasing: text[keyStart..<place])
      if key.isEmpty || !UTF8Text.isValid(key) { return false }
      if place < count, text[place] == 0x22 { return false }
      guard place < count, text[place] == 0x3d else {
        set(stage, record.part(keyStart..<keyStart + key.count), Slice(.chunk, 0, 0))
        continue
      }
      place += 1
      if place < count, text[place] == 0x22 {
        let opening = place
        place += 1
        var hasEscape = false
        while place < count, text[place] != 0x22 {
          if text[place] == 0x5c {
            hasEscape = true
            place += 1
          }
          place += 1
        }
        if place >= count { return false }
        var value = record.part(opening + 1..<place)
        place += 1
        if hasEscape {
          guard let unquoted = unquoted(value) else { return false }
          value = unquoted
        }
        set(stage, record.part(keyStart..<keyStart + key.count), value)
      } else {
        let valueStart = place
        while place < count, text[place] > 0x20 {
          if text[place] == 0x3d || text[place] == 0x22 { return false }
          place += 1
        }
        set(stage, record.part(keyStart..<keyStart + key.count), record.part(valueStart..<place))
      }
    }
  }

  private func set(_ stage: borrowing CompiledLogfmt, _ key: Slice, _ value: Slice) {
    let name = bytes(key)
    for field in stage.fields where field.key.count == name.count {
      if field.key.withUnsafeBufferPointer({ $0.elementsEqual(name) }) { slots[field.slot] = .text(value) }
    }
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
