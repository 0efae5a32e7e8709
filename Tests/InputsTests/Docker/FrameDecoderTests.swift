import Testing

@testable import Inputs

@Suite struct FrameDecoderTests {
  private struct Message: Equatable {
    var stream: OutputStream
    var text: String
    var isCut = false
  }

  private static func frame(_ stream: UInt8, _ text: [UInt8], length: Int? = nil) -> [UInt8] {
    let length = length ?? text.count
    return [stream, 0, 0, 0] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) } + text
  }

  private static func frame(_ stream: UInt8, _ text: String) -> [UInt8] { frame(stream, Array(text.utf8)) }

  private static func decode(_ pieces: [ArraySlice<UInt8>]) throws -> [Message] {
    var decoder = FrameDecoder()
    var messages: [Message] = []
    for piece in pieces {
      try piece.withUnsafeBytes { bytes in
        try decoder.take(bytes) {
          messages.append(.init(stream: $0, text: String(decoding: $1, as: UTF8.self), isCut: $2))
        }
      }
    }
    return messages
  }

  @Test func everyCutOfTheBytesGivesTheSameMessages() throws {
    let bytes =
      Self.frame(1, "first\n") + Self.frame(2, "") + Self.frame(2, "second, longer\n") + Self.frame(0, "third")
    let whole = try Self.decode([bytes[...]])
    #expect(whole.map(\.text) == ["first\n", "", "second, longer\n", "third"])
    #expect(whole.map(\.stream) == [.stdout, .stderr, .stderr, .stdout])
    for first in 0...bytes.count {
      for second in first...bytes.count {
        let cut = try Self.decode([bytes[..<first], bytes[first..<second], bytes[second...]])
        #expect(cut == whole, "cut at \(first) and \(second)")
      }
    }
    #expect(try Self.decode(bytes.indices.map { bytes[$0..<($0 + 1)] }) == whole)
  }

  @Test func garbageIsNoStreamAndTakesNoMemory() {
    for bad in ["2023-10-11T22:14:15Z a terminal's line\n", "HTTP/1.1 500 x", "\u{4}\0\0\0\0\0\0\u{1}x"] {
      #expect(throws: LogStreamError.self) { try Self.decode([Array(bad.utf8)[...]]) }
    }
    var numbers = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      let bytes = (0..<Int.random(in: 0...64)).map { _ in UInt8.random(in: 0...5, using: &numbers) }
      var decoder = FrameDecoder()
      for byte in bytes {
        do { try [byte].withUnsafeBytes { try decoder.take($0) { _, _, _ in } } } catch { break }
      }
    }
  }

  @Test func aFrameBeyondTheLimitIsCutAndTheNextIsWhole() throws {
    let long = [UInt8](repeating: 0x78, count: FrameDecoder.longestFrame + 5000)
    let bytes = Self.frame(1, long) + Self.frame(2, "next\n")
    for size in [1 << 16, bytes.count, 999] {
      let pieces = stride(from: 0, to: bytes.count, by: size).map { bytes[$0..<min($0 + size, bytes.count)] }
      let got = try Self.decode(pieces)
      #expect(got.map(\.text.utf8.count) == [FrameDecoder.longestFrame, 5])
      #expect(got.map(\.isCut) == [true, false])
    }
  }

  @Test func whatTheEngineSaysInTheStreamEndsIt() {
    #expect(throws: LogStreamError.self) { try Self.decode([Self.frame(3, "the log is damaged")[...]]) }
  }

  @Test func linesOfATerminalAtEveryCut() {
    let bytes = Array("one\r\ntwo\n\r\nlast, without end".utf8)
    for cut in 0...bytes.count {
      var decoder = TerminalDecoder()
      var lines: [String] = []
      for piece in [bytes[..<cut], bytes[cut...]] {
        piece.withUnsafeBytes { bytes in
          decoder.take(bytes) { line, _ in lines.append(String(decoding: line, as: UTF8.self)) }
        }
      }
      #expect(lines == ["one", "two", ""], "cut at \(cut)")
    }
  }
}
