/// Base-128 varints: seven bits a byte, lowest first, the top bit set on all but the last (Protocol Buffers, Encoding).
public enum Varint {
  /// Writes `value` and returns the place after it. At most 10 bytes.
  @inlinable public static func write(_ value: UInt64, at place: UnsafeMutablePointer<UInt8>)
    -> UnsafeMutablePointer<UInt8>
  {
    var rest = value
    var place = place
    while rest > 127 {
      place.pointee = UInt8(truncatingIfNeeded: rest) | 128
      rest &>>= 7
      place += 1
    }
    place.pointee = UInt8(truncatingIfNeeded: rest)
    return place + 1
  }

  /// The bytes that `write` needs for `value`: 1 to 10.
  @inlinable public static func length(_ value: UInt64) -> Int {
    // 64 - leading zeros bits in groups of seven; `| 1` because zero takes a byte too.
    (64 &- (value | 1).leadingZeroBitCount &+ 6) / 7
  }

  /// Reads a varint at `offset` and moves `offset` behind it. `nil` when the bytes end first or it has more than 10 bytes.
  @inlinable public static func read(_ bytes: UnsafeRawBufferPointer, at offset: inout Int) -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while offset < bytes.count, shift < 70 {
      let byte = bytes[offset]
      offset += 1
      value |= UInt64(byte & 127) &<< shift
      if byte < 128 { return value }
      shift += 7
    }
    return nil
  }
}
