enum Hex {
  static func text(_ bytes: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count * 2)
    for byte in bytes {
      out.append(Quoting.hexDigit(byte >> 4))
      out.append(Quoting.hexDigit(byte & 15))
    }
    return out
  }
}

/// RFC 1950.
enum Adler32 {
  static func sum(_ bytes: [UInt8]) -> UInt32 {
    var a: UInt32 = 1
    var b: UInt32 = 0
    for byte in bytes {
      a = (a + UInt32(byte)) % 65521
      b = (b + a) % 65521
    }
    return b << 16 | a
  }
}
