import Testing

@testable import Discovery

@Suite struct JSONSplitterTests {
  private func parts(_ text: String, _ form: JSONSplitter.Form, pieces: Int) throws -> [String] {
    var splitter = JSONSplitter(form)
    var out: [String] = []
    let bytes = Array(text.utf8)
    for start in stride(from: 0, to: bytes.count, by: pieces) {
      let piece = Array(bytes[start..<min(start + pieces, bytes.count)])
      for part in try piece.withUnsafeBytes({ try splitter.take($0) }) {
        switch part {
        case .metadata(let text): out.append("metadata " + String(decoding: text, as: UTF8.self))
        case .object(let text): out.append(String(decoding: text, as: UTF8.self))
        }
      }
    }
    return out
  }

  @Test(arguments: [1, 2, 3, 7, 1000])
  func cutsAList(pieces: Int) throws {
    let items = [#"{"a":{"items":[{"x":1}]},"b":"}{][\"\\"}"#, "{}", #"{"metadata":{"name":"n"}}"#]
    let text =
      #"{"kind":"List","metadata":{"continue":"c]","x":{}},"other":[{"no":1}],"items":[\#(items.joined(separator: " ,\n"))]}"#
    #expect(try parts(text, .list, pieces: pieces) == [#"metadata {"continue":"c]","x":{}}"#] + items)
  }

  @Test(arguments: [1, 5, 1000])
  func cutsEvents(pieces: Int) throws {
    let events = [#"{"type":"ADDED","object":{"s":"{"}}"#, #"{"type":"BOOKMARK"}"#]
    #expect(try parts(events.joined(separator: "\n") + "\n", .events, pieces: pieces) == events)
  }

  @Test func refusesAnObjectWithoutEnd() {
    let long = #"{"items":[{"a":""# + String(repeating: "x", count: JSONSplitter.longestPart + 1)
    #expect(throws: DiscoveryError.self) { try parts(long, .list, pieces: 1 << 20) }
  }
}
