import Testing

@testable import Inputs

@Suite struct LoggedLineTests {
  private let reader = LoggedLineReader()

  private func read(_ line: String) -> (stream: OutputStream, time: String, text: String)? {
    Array(line.utf8).withUnsafeBufferPointer { bytes in
      reader.read(bytes).map {
        ($0.stream, String(decoding: $0.time, as: UTF8.self), String(decoding: $0.text, as: UTF8.self))
      }
    }
  }

  @Test func asDockerWritesThem() {
    let plain = read(#"{"log":"a line\n","stream":"stderr","time":"2023-10-11T22:14:15.003000001Z"}"#)!
    #expect(plain == (.stderr, "2023-10-11T22:14:15.003000001Z", "a line\n"))
    let attrs = read(
      #"{"log":"x","attrs":{"a":"}\",{","n":[1,{"b":2}]},"stream":"stdout","time":"2023-10-11T22:14:15Z"}"#)!
    #expect(attrs == (.stdout, "2023-10-11T22:14:15Z", "x"))
    let other = read(#"{"stream":"stdout","time":"2023-10-11T22:14:15Z","log":"order"}"#)!
    #expect(other.text == "order")
    #expect(read(#"{"stream":"stdout","time":"2023-10-11T22:14:15Z"}"#)!.text == "")
  }

  @Test func escapesAreTakenOff() {
    let line =
      #"{"log":"q\"b\\s\/ \u003ctag\u003e \u00e9 \ud83d\ude00 \ud83d x \ufffd\t\r\n\b\f","stream":"stdout","time":"T"}"#
    #expect(read(line)!.text == "q\"b\\s/ <tag> é 😀 \u{FFFD} x \u{FFFD}\t\r\n\u{8}\u{C}")
  }

  @Test func everyDamagedBeginningIsNoLine() {
    let line = #"{"log":"a \"b\" \u00e9 c\\\n","attrs":{"k":"v"},"stream":"stderr","time":"2023-10-11T22:14:15Z"}"#
    #expect(read(line) != nil)
    for length in 0..<line.utf8.count {
      #expect(read(String(decoding: Array(line.utf8)[..<length], as: UTF8.self)) == nil)
    }
    #expect(read("\0\0\0\0") == nil)
    #expect(read("2023-10-11T22:14:15Z stdout F a line") == nil)
    #expect(read(#"{"log":"x","stream":"stdout","time":""}"#) == nil)
  }

  @Test func anyBytesAreRefusedOrRead() {
    var numbers = SystemRandomNumberGenerator()
    let letters = Array(#"{}"\:,logtimestreamu0d8[]n"#.utf8)
    for _ in 0..<20000 {
      var bytes = Array(#"{"log":"a\n","stream":"stdout","time":"T"}"#.utf8)
      for _ in 0..<Int.random(in: 1...4, using: &numbers) {
        bytes[Int.random(in: 0..<bytes.count, using: &numbers)] = letters.randomElement(using: &numbers)!
      }
      _ = read(String(decoding: bytes, as: UTF8.self))
    }
  }
}
