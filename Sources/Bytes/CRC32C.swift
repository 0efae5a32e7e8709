/// The checksum of RFC 3720, appendix B.4 (Castagnoli): what tells a torn or damaged record from a whole one.
public enum CRC32C {
  private static let table: [UInt32] = (0..<256).map { index in
    var value = UInt32(index)
    for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0x82f6_3b78 : value >> 1 }
    return value
  }

  public static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    var crc: UInt32 = ~0
    for byte in bytes { crc = crc >> 8 ^ table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] }
    return ~crc
  }
}
