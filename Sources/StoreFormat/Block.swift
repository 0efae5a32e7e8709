import Bytes
import CZstd

/// The frame around both parts of a segment: version, kind, length, zstd, checksum (docs/formats/segment.md).
enum Block {
  enum Kind: UInt8 {
    case index = 0x69
    case text = 0x74
  }

  static let version: UInt8 = 1
  static let largestContent = 268_435_456

  /// - Parameter level: zstd's, 1 (fast) to 19 (small).
  static func encode(
    _ kind: Kind, _ content: UnsafeBufferPointer<UInt8>, level: Int32, context: OpaquePointer
  ) throws(SegmentError) -> [UInt8] {
    guard content.count <= largestContent else {
      throw SegmentError("segment of \(content.count) bytes; at most \(largestContent) fit")
    }
    let bound = ZSTD_compressBound(content.count)
    var failure: String?
    let block = [UInt8](unsafeUninitializedCapacity: bound + 20) { out, count in
      guard let base = out.baseAddress else { return }
      base[0] = version
      base[1] = kind.rawValue
      let body = Varint.write(UInt64(content.count), at: base + 2)
      let written = ZSTD_compressCCtx(context, body, bound, content.baseAddress, content.count, level)
      guard ZSTD_isError(written) == 0 else {
        failure = String(cString: ZSTD_getErrorName(written))
        return
      }
      count = body - base + written
      let checksum = Hash.bytes(UnsafeRawBufferPointer(start: base, count: count))
      UnsafeMutableRawPointer(base + count).storeBytes(of: checksum.littleEndian, as: UInt64.self)
      count += 8
    }
    if let failure { throw SegmentError("zstd: \(failure)") }
    // The array is made for the worst case; what is kept until the commit should be as small as what is written.
    return block.capacity > 2 * block.count ? Array(block[...]) : block
  }

  /// Puts the content into `out`, in place of what was there.
  static func decode(
    _ kind: Kind, _ block: UnsafeRawBufferPointer, into out: inout ByteBuffer, context: OpaquePointer
  ) throws(SegmentError) {
    guard block.count > 11 else { throw SegmentError("segment block of \(block.count) bytes is cut short") }
    let checked = UnsafeRawBufferPointer(rebasing: block[..<(block.count - 8)])
    let checksum = UInt64(littleEndian: block.loadUnaligned(fromByteOffset: checked.count, as: UInt64.self))
    guard Hash.bytes(checked) == checksum else { throw SegmentError("segment block does not match its checksum") }
    guard checked[0] == version else {
      throw SegmentError("segment of version \(checked[0]); this program reads version \(version)")
    }
    guard checked[1] == kind.rawValue else { throw SegmentError("segment block of kind \(checked[1])") }
    var offset = 2
    guard let length = Varint.read(checked, at: &offset), length <= UInt64(largestContent) else {
      throw SegmentError("segment block with a length out of range")
    }
    out.removeAll()
    out.reserve(Int(length))
    let body = UnsafeRawBufferPointer(rebasing: checked[offset...])
    let written = ZSTD_decompressDCtx(context, out.base, Int(length), body.baseAddress, body.count)
    guard ZSTD_isError(written) == 0 else {
      throw SegmentError("zstd: \(String(cString: ZSTD_getErrorName(written)))")
    }
    guard written == Int(length) else { throw SegmentError("segment block is shorter than it says") }
    out.setCount(written)
  }
}
