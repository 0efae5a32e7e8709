/// Text that may hold bytes that are no UTF-8, seen as Go sees it: each stray byte is one U+FFFD.
public enum UTF8Text {
  /// Whether no byte has its top bit set. Eight at a time.
  @inlinable public static func isASCII(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let base = text.baseAddress else { return true }
    let raw = UnsafeRawPointer(base)
    var place = 0
    var seen: UInt64 = 0
    while place &+ 8 <= text.count {
      seen |= raw.loadUnaligned(fromByteOffset: place, as: UInt64.self)
      place &+= 8
    }
    while place < text.count {
      seen |= UInt64(base[place])
      place &+= 1
    }
    return seen & 0x8080_8080_8080_8080 == 0
  }

  /// Whether all of `text` is UTF-8. Eight ASCII bytes at a time.
  public static func isValid(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    let raw = UnsafeRawBufferPointer(text)
    var at = 0
    while at < text.count {
      if at &+ 8 <= text.count, raw.loadUnaligned(fromByteOffset: at, as: UInt64.self) & 0x8080_8080_8080_8080 == 0 {
        at &+= 8
        continue
      }
      if text[at] < 0x80 {
        at &+= 1
        continue
      }
      let length = sequenceLength(text, at)
      if length == 0 { return false }
      at &+= length
    }
    return true
  }

  /// The length of the valid sequence at `at`: 1 to 4 bytes, or 0 when the byte there begins none.
  @inlinable public static func sequenceLength(_ text: UnsafeBufferPointer<UInt8>, _ at: Int) -> Int {
    let first = text[at]
    if first < 0x80 { return 1 }
    let left = text.count &- at
    func isContinuation(_ offset: Int) -> Bool { text[at &+ offset] & 0xC0 == 0x80 }
    switch first {
    case 0xC2...0xDF:
      return left >= 2 && isContinuation(1) ? 2 : 0
    case 0xE0...0xEF:
      guard left >= 3, isContinuation(1), isContinuation(2) else { return 0 }
      // Overlong forms and surrogates are no UTF-8.
      if first == 0xE0, text[at &+ 1] < 0xA0 { return 0 }
      if first == 0xED, text[at &+ 1] > 0x9F { return 0 }
      return 3
    case 0xF0...0xF4:
      guard left >= 4, isContinuation(1), isContinuation(2), isContinuation(3) else { return 0 }
      if first == 0xF0, text[at &+ 1] < 0x90 { return 0 }
      if first == 0xF4, text[at &+ 1] > 0x8F { return 0 }
      return 4
    default: return 0
    }
  }

  /// A copy with U+FFFD for each stray byte.
  struct Repaired {
    private(set) var bytes: [UInt8] = []
    /// For each stray byte its place in the original; the n-th of them lies 2n bytes later in the copy.
    private var strays: [Int] = []

    init(_ text: UnsafeBufferPointer<UInt8>) {
      bytes.reserveCapacity(text.count + 64)
      var at = 0
      while at < text.count {
        let length = UTF8Text.sequenceLength(text, at)
        if length == 0 {
          strays.append(at)
          bytes += [0xEF, 0xBF, 0xBD]
          at += 1
        } else {
          bytes.append(contentsOf: text[at..<(at + length)])
          at += length
        }
      }
    }

    func offset(ofOriginal place: Int) -> Int {
      place + 2 * Self.partition(strays.count) { strays[$0] < place }
    }

    /// Where a place of the copy lies in the original.
    func original(of place: Int) -> Int {
      place - 2 * Self.partition(strays.count) { strays[$0] + 2 * $0 < place }
    }

    /// How many of the first indices satisfy `holds`, which holds for a prefix.
    private static func partition(_ count: Int, _ holds: (Int) -> Bool) -> Int {
      var low = 0
      var high = count
      while low < high {
        let middle = (low + high) / 2
        if holds(middle) { low = middle + 1 } else { high = middle }
      }
      return low
    }
  }
}
