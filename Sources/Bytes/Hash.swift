/// A fast 64-bit hash of bytes for tables in memory and fingerprints of files. Not for secrets: it has no key.
///
/// The mixing step is the folded 128-bit product that wyhash made known; the value is stable across runs and machines,
/// so that it may be written to disk.
public enum Hash {
  @usableFromInline static let seed: UInt64 = 0x2d35_8dcc_aa6c_78a5
  @usableFromInline static let other: UInt64 = 0x8bb8_4b93_962e_acc9

  /// Mixes two words into one.
  @inlinable public static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }

  /// The 1 to 8 bytes at `offset`, the first lowest.
  @inlinable public static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int, _ count: Int) -> UInt64 {
    if count == 8 { return bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
    if count >= 4 {
      let low = UInt64(bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
      let high = UInt64(bytes.loadUnaligned(fromByteOffset: offset &+ count &- 4, as: UInt32.self))
      return low | high &<< UInt64((count &- 4) &* 8)
    }
    let first = UInt64(bytes[offset])
    let middle = UInt64(bytes[offset &+ count &>> 1]) &<< UInt64((count &>> 1) &* 8)
    return first | middle | UInt64(bytes[offset &+ count &- 1]) &<< UInt64((count &- 1) &* 8)
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
    let rest = count &- offset
    if rest > 8 {
      a = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      b = word(bytes, offset &+ 8, rest &- 8)
    } else if rest > 0 {
      a = word(bytes, offset, rest)
    }
    return mix(mix(a ^ other, b ^ hash), UInt64(truncatingIfNeeded: count) ^ seed)
  }

  @inlinable public static func bytes(_ bytes: UnsafeBufferPointer<UInt8>, seed: UInt64 = 0) -> UInt64 {
    Hash.bytes(UnsafeRawBufferPointer(bytes), seed: seed)
  }
}
