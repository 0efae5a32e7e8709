/// Looks for the bytes that end a plain stretch of text, eight at a time.
public enum ByteScan {

  /// The first place from `start` on whose byte is `one` or `other`, or below `low`; `count` when there is none, `start` when
  /// that lies behind.
  /// - Parameter low: at most 0x80.
  @inlinable @inline(__always)
  public static func first(
    _ text: UnsafePointer<UInt8>, from start: Int, count: Int, one: UInt8, other: UInt8, below low: UInt8
  ) -> Int {
    var place = start
    let raw = UnsafeRawPointer(text)
    while place &+ 8 <= count {
      let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: place, as: UInt64.self))
      // The top bit of each byte that ends it; right up to the first of them.
      let ones: UInt64 = 0x0101_0101_0101_0101
      let a = word ^ (ones &* UInt64(one))
      let b = word ^ (ones &* UInt64(other))
      let ends =
        (((a &- ones) & ~a) | ((b &- ones) & ~b) | ((word &- ones &* UInt64(low)) & ~word)) & 0x8080_8080_8080_8080
      if ends != 0 { return place &+ ends.trailingZeroBitCount &>> 3 }
      place &+= 8
    }
    while place < count {
      let byte = text[place]
      if byte == one || byte == other || byte < low { return place }
      place &+= 1
    }
    return max(place, count)
  }
}
