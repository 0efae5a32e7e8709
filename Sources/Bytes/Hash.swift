/// A fast 64-bit hash of bytes for tables in memory and fingerprints of files. Not for secrets: it has no key.
///
/// The mixing step is the folded 128-bit product that wyhash made known; the value is stable across runs and machines,
/// so that it may be written to disk.
public enum Hash {
  @usableFromInline static let seed: UInt64 = 0x2d35_8dcc_aa6c_78a5
  @usableFromInline static let other: UInt64 = 0x8bb8_4b93_962e_acc9

  @inlinable static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }

  @inlinable public static func bytes(_ bytes: UnsafeRawBufferPointer, seed start: UInt64 = 0) -> UInt64 {
    var hash = start ^ seed
    var offset = 0
    let count = bytes.count
    while count &- offset >= 16 {
      let a = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      let b = bytes.loadUnaligned(fromByteOffset: offset &+ 8, as: UInt64.self)
      hash = mix(a ^ other, b ^ hash)
      offset &+= 16
    }
    var a: UInt64 = 0
    var b: UInt64 = 0
    var place = 0
    while offset < count {
      let byte = UInt64(bytes[offset]) &<< UInt64((place & 7) &* 8)
      if place < 8 { a |= byte } else { b |= byte }
      offset &+= 1
      place &+= 1
    }
    return mix(mix(a ^ other, b ^ hash), UInt64(truncatingIfNeeded: count) ^ seed)
  }

  @inlinable public static func bytes(_ bytes: UnsafeBufferPointer<UInt8>, seed: UInt64 = 0) -> UInt64 {
    Hash.bytes(UnsafeRawBufferPointer(bytes), seed: seed)
  }
}
