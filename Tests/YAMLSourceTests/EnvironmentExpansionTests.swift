import Testing
import YAMLSource

struct EnvironmentExpansionTests {
  private func expand(_ text: String) throws -> String {
    let environment = ["COLOUR": "red", "WORD": "Hello", "EMPTY": "", "WHERE": "/a/b/b"]
    return try EnvironmentExpansion.expand(text, file: "c.yaml") { environment[$0] }
  }

  @Test(arguments: [
    ("a ${COLOUR} b", "a red b"), ("$COLOUR", "$COLOUR"), ("$${COLOUR}", "${COLOUR}"), ("cost $$5", "cost $5"),
    ("$$", "$"), ("$", "$"), ("${UNSET}", ""), ("x${UNSET}y", "xy"), ("${UNSET:-one}", "one"), ("${EMPTY:-two}", "two"),
    ("${UNSET:=three}", "three"), ("${COLOUR:-four}", "red"), ("${UNSET:-}", ""), ("${UNSET=five}", "five"),
    ("${COLOUR=six}", "red"), ("${UNSET:-${COLOUR}}", "red"), ("${UNSET:-${EMPTY:-x}}", "x"),
    (#"one\two"#, #"one\two"#), (#"one\\two"#, #"one\two"#), ("${#WORD}", "5"), ("${WORD^^}", "HELLO"),
    ("${WORD,,}", "hello"), ("${WORD,}", "hello"), ("${COLOUR^}", "Red"), ("${WORD:1:3}", "ell"), ("${WORD:2}", "llo"),
    ("${WORD:9}", ""), ("${WORD/l/L}", "HeLlo"), ("${WORD//l/_}", "He__o"), ("${WORD#He}", "llo"),
    ("${WORD%lo}", "Hel"),
    ("${WORD/#He/}", "llo"), ("${WORD/%o/!}", "Hell!"), ("${WHERE//b}", "/a//"), ("${UNSET:word}", "word"),
    ("${COLOUR:word}", "red"), ("${WHERE##*/}", "b"),
    ("${WHERE#*/}", "a/b/b"), ("${WHERE%/*}", "/a/b"), ("${WHERE%%/b*}", "/a"), ("${WORD#H?}", "llo"),
    ("${WORD#x}", "Hello"),
  ])
  func expanded(text: String, expected: String) throws { #expect(try expand(text) == expected) }

  @Test(arguments: ["${UNFINISHED", "${UNSET-five}", "${}", "${A:?x}", "${A:+x}", "${A:-${B}", "${ A}", "${A?no}"])
  func refused(text: String) { #expect(throws: ConfigurationError.self) { try expand(text) } }

  @Test func theErrorNamesThePlace() throws {
    let error = try #require(throws: ConfigurationError.self) { try expand("a: 1\nb: x ${BAD\n") }
    #expect(error.location.description == "c.yaml:2:6")
  }

  @Test func deepNestingIsRefused() {
    let text = String(repeating: "${A:-", count: 100_000)
    #expect(throws: ConfigurationError.self) { try expand(text) }
  }
}
