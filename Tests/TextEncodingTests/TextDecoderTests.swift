import Bytes
import Testing
import TextEncoding

@Suite struct TextDecoderTests {
  private func decode(_ bytes: [UInt8], _ name: String) throws -> String {
    let encoding = try #require(TextEncoding(named: name))
    let decoder = try #require(TextDecoder(encoding))
    var out = ByteBuffer()
    bytes.withUnsafeBufferPointer { decoder.decode($0, into: &out) }
    return String(decoding: out.bytes, as: UTF8.self)
  }

  @Test(
    arguments: [
      ("latin1", [0x63, 0x61, 0x66, 0xe9], "café"), ("ISO-8859-15", [0xa4], "€"), ("windows-1252", [0x93, 0x80], "“€"),
      ("Shift_JIS", [0x93, 0xfa, 0x96, 0x7b], "日本"), ("euc-kr", [0xc7, 0xd1], "한"), ("GBK", [0xd6, 0xd0], "中"),
      ("gb18030", [0xd6, 0xd0], "中"), ("big5", [0xc1, 0x63], "繁"), ("koi8-r", [0xf2], "Р"),
      ("utf-16le", [0x3d, 0xd8, 0x00, 0xde], "😀"), ("UTF-16BE", [0xd8, 0x3d, 0xde, 0x00], "😀"),
    ] as [(String, [UInt8], String)])
  func bytes_become_text(_ name: String, _ bytes: [UInt8], _ text: String) throws {
    #expect(try decode(bytes, name) == text)
  }

  @Test func bytes_without_a_character_become_one_replacement_each() throws {
    #expect(try decode([0x61, 0xff, 0xfe, 0x62], "shift_jis") == "a\u{FFFD}\u{FFFD}b")
    #expect(try decode([0x63, 0xe9, 0xe9, 0x64], "utf-8") == "c\u{FFFD}\u{FFFD}d")
    #expect(try decode([0xff], "utf-8") == "\u{FFFD}")
  }

  @Test func a_character_that_is_cut_off_becomes_one_replacement() throws {
    #expect(try decode([0x61, 0x93], "shift_jis") == "a\u{FFFD}")
  }

  @Test func a_long_line_and_an_empty_one() throws {
    #expect(try decode([UInt8](repeating: 0xe9, count: 100_000), "latin1") == String(repeating: "é", count: 100_000))
    #expect(try decode([], "latin1") == "")
  }

  @Test func unknown_names_are_none_and_every_known_one_can_be_opened() {
    #expect(TextEncoding(named: "klingon") == nil)
    #expect(TextEncoding(named: "utf-32") == nil)
    for name in TextEncoding.names { #expect(TextEncoding(named: name).flatMap { TextDecoder($0) } != nil, "\(name)") }
  }

  @Test func a_byte_order_mark_decides() throws {
    let encoding = try #require(TextEncoding(named: "utf-16"))
    func marked(_ bytes: [UInt8]) -> TextEncoding.Unit {
      bytes.withUnsafeBytes { encoding.marked(by: $0).encoding.unit }
    }
    #expect(marked([0xff, 0xfe]) == .utf16(isBigEndian: false))
    #expect(marked([0xfe, 0xff]) == .utf16(isBigEndian: true))
    #expect(marked([0x00, 0x41]) == .utf16(isBigEndian: true))
  }
}
