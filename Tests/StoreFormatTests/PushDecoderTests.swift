import Bytes
import LogModel
import Testing

@Suite struct PushDecoderTests {
  private func request() -> [UInt8] {
    var buffer = ByteBuffer()
    buffer.appendPushStream(
      labels: #"{job="a"}"#,
      entries: [(1_768_557_605_000_000_007, Array("one".utf8), []), (-1, [], [Label("trace", "x"), Label("e", "")])])
    buffer.appendPushStream(labels: #"{job="b"}"#, entries: [])
    return Array(buffer.bytes)
  }

  @Test func readsWhatWasWritten() throws {
    let bytes = request()
    try bytes.withUnsafeBytes { raw in
      let request = try PushRequest(decoding: raw)
      #expect(
        request.streams.map { String(decoding: raw[$0.labels], as: UTF8.self) } == [#"{job="a"}"#, #"{job="b"}"#])
      let entries = request.streams[0].entries
      #expect(entries.map(\.timestamp) == [1_768_557_605_000_000_007, -1])
      #expect(entries.map { String(decoding: raw[$0.line], as: UTF8.self) } == ["one", ""])
      #expect(entries.map(\.hasMetadata) == [false, true])
      #expect(try PushRequest.metadata(of: entries[1], in: raw) == [Label("trace", "x"), Label("e", "")])
    }
  }

  /// Cut anywhere and flipped anywhere, the bytes are read or refused.
  @Test func brokenBytesNeverCrash() {
    let bytes = request()
    func read(_ bytes: [UInt8]) {
      bytes.withUnsafeBytes { raw in
        guard let request = try? PushRequest(decoding: raw) else { return }
        for stream in request.streams {
          for entry in stream.entries { _ = try? PushRequest.metadata(of: entry, in: raw) }
        }
      }
    }
    for place in bytes.indices {
      read(Array(bytes[..<place]))
      for bit in 0..<8 {
        var flipped = bytes
        flipped[place] ^= 1 << UInt8(bit)
        read(flipped)
      }
    }
    let endless: [UInt8] = [0x0A] + Array(repeating: 0xFF, count: 12)
    #expect(throws: PushDecodeError.self) { try endless.withUnsafeBytes { try PushRequest(decoding: $0) } }
    let wire7: [UInt8] = [0xFF, 0xFF, 0xFF]
    let error = #expect(throws: PushDecodeError.self) { try wire7.withUnsafeBytes { try PushRequest(decoding: $0) } }
    #expect(error?.description == "unexpected EOF")
  }

  static let labelTexts: [(String, String)] = [
    (#"{job="pushed", kind=}"#, #"1:21: parse error: unexpected "}" in label set, expected string"#),
    (#"{a-b="1", job="x"}"#, "1:3: parse error: unexpected character inside braces: '-'"),
    (#"{1a="1"}"#, "1:2: parse error: unexpected character inside braces: '1'"),
    (#"{job="pushed", ключ="1"}"#, "1:16: parse error: unexpected character inside braces: 'к'"),
    (#"{job="x"#, "1:6: parse error: unterminated quoted string"),
    ("", "1:1: parse error: a label set starts with {"),
  ]

  @Test(arguments: labelTexts) func refusesLabels(text: String, error: String) {
    let thrown = #expect(throws: LabelSetParseError.self) { try LabelSet(parsing: text) }
    #expect(thrown?.description == error)
  }

  @Test func readsLabels() throws {
    #expect(
      try LabelSet(parsing: #"{ b = "2" , a="q\"u\\o\nte",gone="" }"#) == LabelSet(["a": "q\"u\\o\nte", "b": "2"]))
    #expect(try LabelSet(parsing: "{}").isEmpty)
    let labels = LabelSet(["a": "\u{7}é\\", "b": "{},="])
    #expect(try LabelSet(parsing: labels.text) == labels)
  }
}
