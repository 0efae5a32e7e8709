import Bytes
import JMESPath
import Testing

struct JSONDocumentTests {
  private func isWellFormed(_ text: String) -> Bool {
    Array(text.utf8).withUnsafeBufferPointer { JSONDocument().parse($0) }
  }

  /// What the json stage extracts; `nil` for null and for paths that lead nowhere.
  private func text(_ json: [UInt8], _ path: String...) -> [UInt8]? {
    json.withUnsafeBufferPointer { bytes in
      let document = JSONDocument()
      guard document.parse(bytes), let node = document.lookup(FieldPath(path)) else { return nil }
      var out = ByteBuffer()
      return document.appendText(node, to: &out) ? Array(out.bytes) : nil
    }
  }

  private func text(_ json: String, _ path: String) -> String? {
    text(Array(json.utf8), path).map { String(decoding: $0, as: UTF8.self) }
  }

  @Test(arguments: [
    "{}", "[]", " null ", "\t{\"a\":1}\r\n", "-0", "1.5e+3", "\"\\u00e9\\ud83d\"", "[1,[2,[3]],{}]", "true", "1e-400",
    "{\"a\":\"long enough to be read eight bytes at a time\"}",
  ])
  func wellFormed(json: String) { #expect(isWellFormed(json)) }

  @Test(arguments: [
    "", " ", "{", "}", "[1,]", "{,}", "{\"a\":1,}", "{\"a\" 1}", "{\"a\":}", "{a:1}", "{'a':1}", "01", "1.", ".5", "+1",
    "-", "1e", "1e+", "NaN", "tru", "TRUE", "nul", "\"a", "\"\\q\"", "\"\\u12\"", "\"a\tb\"", "\"eight ok\nno\"",
    "{} x", "{}{}", "[1 2]", "1e400", "-1e999", "\u{FEFF}{}", "{\"a\":1 /* c */}", "[}", "{]", "\"\\",
  ])
  func malformed(json: String) { #expect(!isWellFormed(json)) }

  @Test func depthIsLimited() {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(isWellFormed(nested(9_990)))
    #expect(!isWellFormed(nested(10_001)))
    #expect(!isWellFormed(String(repeating: "[", count: 1_000_000)))
  }

  @Test(arguments: [
    ("1", "1"), ("1.0", "1"), ("1.50", "1.5"), ("-0.25", "-0.25"), ("1e3", "1000"), ("1.5E-7", "0.00000015"),
    ("1e21", "1000000000000000000000"), ("3.141592653589793238", "3.141592653589793"), ("-0", "-0"),
    ("1e-10", "0.0000000001"), ("9007199254740993", "9007199254740992"),
    ("18446744073709551615", "18446744073709552000"), ("1e-400", "0"), ("true", "true"), ("\"a\\tb\"", "a\tb"),
    ("[ 1 , \"x\" ]", "[1,\"x\"]"),
  ])
  func extractedText(json: String, expected: String) { #expect(text("{\"v\":\(json)}", "v") == expected) }

  @Test func nullHasNoText() { #expect(text("{\"v\":null}", "v") == nil) }

  @Test func structuresArePrintedAsPromtailDoes() {
    let json = #"{"o":{ "k" : "a<b>&c\u2028\"\\\/" , "n" : [1e21,1e-7,2.50,null,true,"\u0001\t\b"] }}"#
    #expect(
      text(json, "o") == #"{"k":"a\u003cb\u003e\u0026c\u2028\"\\/","n":[1e+21,1e-07,2.5,null,true,"\u0001\t\u0008"]}"#)
  }

  @Test func lastOfSeveralFieldsCounts() {
    #expect(text(#"{"a":"first","a":"second"}"#, "a") == "second")
    #expect(text(#"{"o":{"a":1,"b":2,"a":3}}"#, "o") == #"{"b":2,"a":3}"#)
  }

  @Test func escapedKeysAreFound() {
    #expect(text(#"{"q\"uote":"x"}"#, "q\"uote") == "x")
    #expect(text(#"{"\u00e9":"x"}"#, "é") == "x")
    #expect(text(#"{"":"empty"}"#, "") == "empty")
  }

  @Test func loneSurrogatesAreReplaced() {
    #expect(text(#"{"v":"x\ud83dy"}"#, "v") == "x\u{FFFD}y")
    #expect(text(#"{"v":"\ude00"}"#, "v") == "\u{FFFD}")
    #expect(text(#"{"v":"\ud83d\ude00"}"#, "v") == "😀")
  }

  @Test func strayBytesStayInStringsAndAreReplacedInStructures() {
    let json: [UInt8] =
      Array(#"{"a":"x"#.utf8) + [0xFF] + Array(#"","b":["#.utf8) + [0x22, 0xC3, 0x22] + Array("]}".utf8)
    #expect(text(json, "a") == [0x78, 0xFF])
    #expect(text(json, "b") == Array(#"["\ufffd"]"#.utf8))
  }

  @Test func storageServesManyTexts() {
    let document = JSONDocument()
    for (json, expected) in [("{\"a\":1}", "1"), ("{\"a\":{\"b\":[1,2]}}", "{\"b\":[1,2]}"), ("{\"a\":\"\"}", "")] {
      Array(json.utf8).withUnsafeBufferPointer { bytes in
        #expect(document.parse(bytes))
        var out = ByteBuffer()
        if let node = document.lookup(FieldPath(["a"])) { document.appendText(node, to: &out) }
        #expect(String(decoding: out.bytes, as: UTF8.self) == expected)
      }
    }
  }
}
