#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Finds bytes within bytes: looks for the needle's rarest byte with memchr, then compares the rest.
struct ByteSearch: Sendable {
  private let needle: [UInt8]
  private let rarest: Int

  /// - Parameter needle: not empty.
  init(_ needle: [UInt8]) {
    self.needle = needle
    rarest = needle.indices.min { ByteSearch.frequency(needle[$0]) < ByteSearch.frequency(needle[$1]) } ?? 0
  }

  func isFound(in text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let base = text.baseAddress, text.count >= needle.count else { return false }
    return needle.withUnsafeBufferPointer { needle in
      guard let wanted = needle.baseAddress else { return true }
      var place = base + rarest
      // The last place where the rarest byte of a whole needle can stand.
      let last = base + (text.count - needle.count + rarest)
      while place <= last, let hit = memchr(place, Int32(needle[rarest]), last - place + 1) {
        let found = base + (UnsafeRawPointer(hit) - UnsafeRawPointer(base))
        if memcmp(found - rarest, wanted, needle.count) == 0 { return true }
        place = found + 1
      }
      return false
    }
  }

  /// How often a byte stands in log lines, roughly: enough to choose which byte of a needle to look for.
  private static func frequency(_ byte: UInt8) -> Int {
    switch byte {
    case UInt8(ascii: " "), UInt8(ascii: "e"), UInt8(ascii: "\""): 9
    case UInt8(ascii: "0"), UInt8(ascii: "1"), UInt8(ascii: "2"): 8
    case _ where "taoinsrldc".utf8.contains(byte): 7
    case UInt8(ascii: "3")...UInt8(ascii: "9"): 6
    case _ where ":=./-,_".utf8.contains(byte): 5
    case _ where "jqxzkvw".utf8.contains(byte): 2
    case UInt8(ascii: "a")...UInt8(ascii: "z"): 4
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): 3
    default: 1
    }
  }
}
