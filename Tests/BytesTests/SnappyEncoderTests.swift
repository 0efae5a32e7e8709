import Bytes
import CSnappy
import Testing

/// Holds what is compressed to what libsnappy makes of it again.
@Suite struct SnappyEncoderTests {
  private func roundTrip(_ pieces: [[UInt8]]) -> [UInt8]? {
    let encoder = SnappyEncoder()
    let total = pieces.reduce(0) { $0 + $1.count }
    var packed = [UInt8](repeating: 0xAA, count: SnappyEncoder.bound(total))
    let buffers = pieces.map { piece in
      let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(1, piece.count))
      _ = copy.initialize(from: piece)
      return UnsafeBufferPointer(rebasing: copy[..<piece.count])
    }
    defer { for buffer in buffers { buffer.baseAddress?.deallocate() } }
    let count = packed.withUnsafeMutableBufferPointer { out in
      buffers.withUnsafeBufferPointer { encoder.compress($0, count: total, into: out.baseAddress!) }
    }
    #expect(count <= SnappyEncoder.bound(total))
    guard csnappy_uncompressed_length(packed, count) == total else { return nil }
    var plain = [UInt8](repeating: 0, count: total + 1)
    guard csnappy_uncompress(packed, count, &plain) == 1 else { return nil }
    plain.removeLast()
    return plain
  }

  private struct Random {
    var state: UInt64
    mutating func next(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
  }

  @Test(arguments: 0..<60) func what_was_compressed_comes_back(seed: UInt64) {
    var random = Random(state: seed &* 7919 &+ 1)
    let letters = [2, 4, 30, 256][random.next(4)]
    var pieces: [[UInt8]] = []
    for _ in 0..<(1 + random.next(20)) {
      var piece: [UInt8] = []
      let wanted = [0, 1, 15, 31, 32, 33, 400, 70_000, 140_000][random.next(9)]
      while piece.count < wanted {
        if random.next(3) == 0, piece.count > 20 {
          let length = min(1 + random.next(200), piece.count)
          let start = random.next(piece.count - length + 1)
          piece += piece[start..<start + length]
        } else {
          for _ in 0..<(1 + random.next(60)) { piece.append(UInt8(random.next(letters))) }
        }
      }
      pieces.append(piece)
    }
    #expect(roundTrip(pieces) == pieces.flatMap { $0 })
  }

  @Test(arguments: [0, 1, 31, 32, 33, 65_535, 65_536, 65_537, 200_000])
  func runs_of_one_byte_come_back(count: Int) {
    #expect(roundTrip([[UInt8](repeating: 7, count: count)]) == [UInt8](repeating: 7, count: count))
  }
}
