import Glibc

/// Compresses bytes in Snappy's block format (google/snappy, format_description.txt).
///
/// The input is cut into blocks of 64 KiB. In each, four bytes that were seen before are looked for by a hash of what begins
/// there; what fits is written as a copy, the rest as it is. Where nothing is found for a while, places are passed over.
/// Its own, since compressing is most of what an agent does, and Debian's archive of libsnappy takes 1.7 times as long.
///
/// Used by one thread at a time.
public final class SnappyEncoder: @unchecked Sendable {
  // Sendable so that it can be handed on; whoever has it uses it alone.

  private static let blockSize = 1 << 16
  private static let tableBits = 14
  /// The last bytes of a block are never looked at as the start of a copy, so that words can be read behind it.
  private static let margin = 16

  /// Where a hash was seen last in the block.
  private let table: UnsafeMutablePointer<UInt16>
  /// Where a block that spans several pieces is put together.
  private let scratch: UnsafeMutablePointer<UInt8>

  public init() {
    table = .allocate(capacity: 1 << Self.tableBits)
    scratch = .allocate(capacity: Self.blockSize)
  }

  deinit {
    table.deallocate()
    scratch.deallocate()
  }

  /// The most bytes that `compress` writes or touches for `count` bytes of input.
  public static func bound(_ count: Int) -> Int { 64 + count + count / 6 }

  /// Compresses pieces that follow one another as one text.
  /// - Parameters:
  ///   - count: of all pieces together: bytes, below 2^32.
  ///   - out: room for `bound(count)` bytes.
  /// - Returns: bytes written.
  public func compress(
    _ pieces: UnsafeBufferPointer<UnsafeBufferPointer<UInt8>>, count: Int, into out: UnsafeMutablePointer<UInt8>
  ) -> Int {
    var place = Varint.write(UInt64(count), at: out)
    var held = 0
    for piece in pieces {
      guard var from = piece.baseAddress else { continue }
      var left = piece.count
      while left > 0 {
        if held == 0, left >= Self.blockSize {
          place = compress(block: from, Self.blockSize, place)
          from += Self.blockSize
          left &-= Self.blockSize
          continue
        }
        let part = min(left, Self.blockSize &- held)
        (scratch + held).update(from: from, count: part)
        held &+= part
        from += part
        left &-= part
        if held == Self.blockSize {
          place = compress(block: scratch, held, place)
          held = 0
        }
      }
    }
    if held > 0 { place = compress(block: scratch, held, place) }
    return place - out
  }

  @inline(__always) private func load32(_ place: UnsafePointer<UInt8>) -> UInt32 {
    UnsafeRawPointer(place).loadUnaligned(as: UInt32.self)
  }

  @inline(__always) private func load64(_ place: UnsafePointer<UInt8>) -> UInt64 {
    UInt64(littleEndian: UnsafeRawPointer(place).loadUnaligned(as: UInt64.self))
  }

  /// Of the first five bytes: fewer would find copies that are hardly shorter than what they stand for.
  @inline(__always) private func hash(_ word: UInt64) -> Int {
    Int(truncatingIfNeeded: ((word &<< 24) &* 0x9E37_79B1_85EB_CA87) &>> UInt64(64 - Self.tableBits))
  }

  private func compress(
    block base: UnsafePointer<UInt8>, _ count: Int, _ out: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8> {
    var out = out
    var written = base
    let end = base + count
    memset(table, 0, MemoryLayout<UInt16>.stride << Self.tableBits)
    if count >= 2 * Self.margin {
      let limit = end - Self.margin
      var place = base + 1
      search: while true {
        var skip = 32
        var next = place
        var seen: UnsafePointer<UInt8>
        repeat {
          place = next
          next = place + (skip &>> 5)
          skip &+= skip &>> 5
          if next > limit { break search }
          seen = swapSeen(place, base)
        } while load32(place) != load32(seen)
        out = literal(written, place - written, out)
        repeat {
          let length = self.length(seen, place, limit, end)
          out = copy(place - seen, length, out)
          place += length
          written = place
          if place >= limit { break search }
          _ = swapSeen(place - 1, base)
          seen = swapSeen(place, base)
        } while load32(place) == load32(seen)
        place += 1
      }
    }
    return written < end ? longLiteral(written, end - written, out) : out
  }

  /// Where the bytes at `place` may have been seen before; notes that they were seen here.
  @inline(__always)
  private func swapSeen(_ place: UnsafePointer<UInt8>, _ base: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
    let hash = hash(load64(place))
    let seen = base + Int(table[hash])
    table[hash] = UInt16(truncatingIfNeeded: place - base)
    return seen
  }

  /// How many bytes are the same at both places, four of which are known to be.
  @inline(__always)
  private func length(
    _ seen: UnsafePointer<UInt8>, _ place: UnsafePointer<UInt8>, _ limit: UnsafePointer<UInt8>,
    _ end: UnsafePointer<UInt8>
  ) -> Int {
    var length = 4
    while place + length <= limit {
      let difference = load64(seen + length) ^ load64(place + length)
      if difference != 0 { return length &+ difference.trailingZeroBitCount &>> 3 }
      length &+= 8
    }
    while place + length < end, seen[length] == place[length] { length &+= 1 }
    return length
  }

  /// Bytes before the margin as they are; short ones, the most frequent, as two words.
  @inline(__always)
  private func literal(
    _ from: UnsafePointer<UInt8>, _ count: Int, _ out: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8> {
    guard count <= 16 else { return longLiteral(from, count, out) }
    out.pointee = UInt8(truncatingIfNeeded: (count &- 1) &<< 2)
    let to = UnsafeMutableRawPointer(out + 1)
    to.storeBytes(of: UnsafeRawPointer(from).loadUnaligned(as: UInt64.self), as: UInt64.self)
    (to + 8).storeBytes(of: UnsafeRawPointer(from + 8).loadUnaligned(as: UInt64.self), as: UInt64.self)
    return out + (1 &+ count)
  }

  private func longLiteral(
    _ from: UnsafePointer<UInt8>, _ count: Int, _ out: UnsafeMutablePointer<UInt8>
  ) -> UnsafeMutablePointer<UInt8> {
    let length = count &- 1
    var out = out
    if length < 60 {
      out[0] = UInt8(truncatingIfNeeded: length &<< 2)
      out += 1
    } else if length < 256 {
      out[0] = 60 << 2
      out[1] = UInt8(truncatingIfNeeded: length)
      out += 2
    } else {
      out[0] = 61 << 2
      out[1] = UInt8(truncatingIfNeeded: length)
      out[2] = UInt8(truncatingIfNeeded: length &>> 8)
      out += 3
    }
    out.update(from: from, count: count)
    return out + count
  }

  /// Copies of at most 64 bytes; a last one of 4 to 11 that lies near takes two bytes instead of three.
  @inline(__always)
  private func copy(_ offset: Int, _ length: Int, _ out: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
    var out = out
    var length = length
    while length >= 68 {
      out = farCopy(offset, 64, out)
      length &-= 64
    }
    if length > 64 {
      out = farCopy(offset, 60, out)
      length &-= 60
    }
    if length >= 12 || offset >= 2048 { return farCopy(offset, length, out) }
    out[0] = UInt8(truncatingIfNeeded: 1 | (length &- 4) &<< 2 | (offset &>> 8) &<< 5)
    out[1] = UInt8(truncatingIfNeeded: offset)
    return out + 2
  }

  @inline(__always)
  private func farCopy(_ offset: Int, _ length: Int, _ out: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8>
  {
    out[0] = UInt8(truncatingIfNeeded: 2 | (length &- 1) &<< 2)
    out[1] = UInt8(truncatingIfNeeded: offset)
    out[2] = UInt8(truncatingIfNeeded: offset &>> 8)
    return out + 3
  }
}
