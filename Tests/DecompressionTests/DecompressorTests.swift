import Decompression
import Testing

@Suite struct DecompressorTests {
  // "one\ntwo\n", made with gzip(1), zlib and bzip2(1).
  static let gzip: [UInt8] = [
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xcb, 0xcf, 0x4b, 0xe5, 0x2a, 0x29, 0xcf, 0xe7, 0x02,
    0x00, 0xe6, 0x0b, 0xba, 0x12, 0x08, 0x00, 0x00, 0x00,
  ]
  static let zlib: [UInt8] = [
    0x78, 0x9c, 0xcb, 0xcf, 0x4b, 0xe5, 0x2a, 0x29, 0xcf, 0xe7, 0x02, 0x00, 0x0d, 0x2f, 0x02, 0xb1,
  ]
  static let bzip2: [UInt8] = [
    0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, 0xa7, 0x14, 0x2b, 0x77, 0x00, 0x00, 0x02, 0xc1, 0x80,
    0x00, 0x10, 0x02, 0x01, 0x84, 0x80, 0x20, 0x00, 0x21, 0x80, 0x0c, 0x02, 0x38, 0xf5, 0x1b, 0x8b, 0xb9, 0x22, 0x9c,
    0x28, 0x48, 0x53, 0x8a, 0x15, 0xbb, 0x80,
  ]

  private func inflate(_ bytes: [UInt8], _ format: CompressionFormat, inputStep: Int = .max, outputStep: Int = 4096)
    -> (String, Decompressor, isCorrupt: Bool)
  {
    let decompressor = Decompressor(format)
    var out: [UInt8] = []
    var rest = bytes[...]
    while true {
      let part = Array(rest.prefix(inputStep))
      var room = [UInt8](repeating: 0, count: outputStep)
      let step = part.withUnsafeBytes { input in room.withUnsafeMutableBytes { decompressor.step(input, into: $0) } }
      out += room[..<step.produced]
      rest = rest.dropFirst(step.consumed)
      if step.isCorrupt || (step.consumed == 0 && step.produced == 0) {
        return (String(decoding: out, as: UTF8.self), decompressor, step.isCorrupt)
      }
    }
  }

  @Test(arguments: [(gzip, CompressionFormat.gzip), (zlib, .zlib), (bzip2, .bzip2)])
  func any_steps_give_the_same(_ bytes: [UInt8], _ format: CompressionFormat) {
    for inputStep in [1, 3, 1000] {
      for outputStep in [1, 2, 1000] {
        let (text, decompressor, isCorrupt) = inflate(bytes, format, inputStep: inputStep, outputStep: outputStep)
        #expect(text == "one\ntwo\n")
        #expect(decompressor.isAtStreamEnd && !isCorrupt)
      }
    }
  }

  @Test func streams_that_follow_one_another_are_one() {
    #expect(inflate(Self.gzip + Self.gzip, .gzip).0 == "one\ntwo\none\ntwo\n")
  }

  @Test func a_stream_that_is_cut_off_gives_what_is_there_and_is_no_end() {
    let (text, decompressor, isCorrupt) = inflate(Array(Self.gzip.dropLast(4)), .gzip)
    #expect(text == "one\ntwo\n")
    #expect(!decompressor.isAtStreamEnd && !isCorrupt)
  }

  @Test(arguments: CompressionFormat.allCases) func other_bytes_are_corrupt(_ format: CompressionFormat) {
    let (text, _, isCorrupt) = inflate(Array("plain text\n".utf8), format)
    #expect(text == "")
    #expect(isCorrupt)
  }

  @Test func names_tell_the_format() {
    #expect(CompressionFormat(fileName: "a.log.1.gz") == .gzip)
    #expect(CompressionFormat(fileName: "a.bz2") == .bzip2)
    #expect(CompressionFormat(fileName: "a.log") == nil)
  }
}
