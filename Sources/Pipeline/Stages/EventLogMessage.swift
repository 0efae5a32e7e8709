import Bytes

/// `eventlogmessage`: `Key: value` lines of a Windows event's message become extracted values.
struct CompiledEventLogMessage: ~Copyable, Sendable {
  var source: Int
  /// Names that are no label names are passed over; else their signs become underscores.
  var dropsInvalid: Bool
  /// Else the new value of a name that is there gets the suffix `_extracted`.
  var overwrites: Bool

  static let suffix = "_extracted"
}

extension LineContext {
  /// - Parameter names: of the slots.
  mutating func run(_ stage: borrowing CompiledEventLogMessage, names: [[UInt8]]) {
    guard let message = text(slots[stage.source]) else { return }
    let count = Int(message.count)
    var start = 0
    while start < count {
      let text = bytes(message)
      var end = start
      while end < count, text[end] != 0x0a { end += 1 }
      defer { start = end + 1 }
      guard let colon = text[start..<end].firstIndex(of: 0x3a) else { continue }
      let key = trimmed(message, start..<colon)
      if key.isEmpty { continue }
      let value = trimmed(message, colon + 1..<end)
      set(stage, key, value, names)
    }
  }

  private func trimmed(_ slice: Slice, _ range: Range<Int>) -> Slice {
    let text = bytes(slice)
    func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (9...13).contains(byte) }
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high, isBlank(text[low]) { low += 1 }
    while high > low, isBlank(text[high - 1]) { high -= 1 }
    return slice.part(low..<high)
  }

  private mutating func set(
    _ stage: borrowing CompiledEventLogMessage, _ key: Slice, _ value: Slice, _ names: [[UInt8]]
  ) {
    let before = scratch.count
    defer { scratch.truncate(to: before) }
    var isValid = true
    for (place, byte) in bytes(key).enumerated() {
      // One sign for each character, however many bytes it has.
      if byte & 0xC0 == 0x80 { continue }
      let isLetter = (0x41...0x5a).contains(byte & 0xDF) || byte == 0x5f
      if isLetter || (place > 0 && (0x30...0x39).contains(byte)) {
        scratch.append(byte)
      } else {
        scratch.append(0x5f)
        isValid = false
      }
    }
    if !isValid, stage.dropsInvalid { return }
    let name = UnsafeBufferPointer(rebasing: scratch.bytes[before...])
    guard let slot = number(of: name, names) else { return }
    if stage.overwrites || slots[slot].kind == .absent {
      slots[slot] = .text(value)
      return
    }
    scratch.append(CompiledEventLogMessage.suffix)
    if let other = number(of: UnsafeBufferPointer(rebasing: scratch.bytes[before...]), names) {
      slots[other] = .text(value)
    }
  }

  private func number(of name: UnsafeBufferPointer<UInt8>, _ names: [[UInt8]]) -> Int? {
    names.firstIndex { known in
      known.count == name.count && known.withUnsafeBufferPointer { $0.elementsEqual(name) }
    }
  }
}
