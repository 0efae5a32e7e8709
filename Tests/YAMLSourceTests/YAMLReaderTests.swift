import Testing

@testable import YAMLSource

struct YAMLReaderTests {
  private func read(_ text: String) throws -> YAMLNode { try YAMLReader.read(text, file: "c.yaml") }

  @Test func everyNodeAndKeyHasItsPlace() throws {
    let root = try read("a: 1\nlist:\n- x\n- {k: v}\n")
    let entries = try #require(root.mapping)
    #expect(entries.map(\.keyLocation.description) == ["c.yaml:1:1", "c.yaml:2:1"])
    #expect(entries[0].value.location.description == "c.yaml:1:4")
    let items = try #require(entries[1].value.list)
    #expect(items[0].location.description == "c.yaml:3:3")
    #expect(items[1]["k"]?.location.description == "c.yaml:4:7")
  }

  @Test(arguments: [
    ("yes", YAMLScalar.Kind.bool(true)), ("No", .bool(false)), ("on", .bool(true)), ("y", .bool(true)),
    ("n", .bool(false)), ("OFF", .bool(false)), ("True", .bool(true)), ("yEs", .string), ("~", .null), ("null", .null),
    ("12", .int(12)), ("-12", .int(-12)), ("+3", .int(3)), ("0x1F", .int(31)), ("0o17", .int(15)), ("017", .int(15)),
    ("0b101", .int(5)), ("1_000", .int(1000)), ("18446744073709551615", .uint(.max)),
    ("-9223372036854775808", .int(.min)), ("1.50", .float(1.5)), ("1e3", .float(1000)), (".5", .float(0.5)),
    ("1.", .float(1)), ("-.inf", .float(-.infinity)), ("1d", .string), ("1.2.3", .string),
    ("08", .float(8)), ("text", .string), ("10s", .string), ("1:30", .string), ("2023-01-01", .string),
  ])
  func plainScalars(text: String, kind: YAMLScalar.Kind) throws {
    let value = try #require(try read("v: \(text)\n")["v"]?.scalar)
    #expect(value.kind == kind)
    #expect(value.text == text)
  }

  @Test func whatIsQuotedIsText() throws {
    let root = try read("a: 'yes'\nb: \"12\"\nc: |\n  line\nd: !!str 5\n\"n\": x\n")
    for key in ["a", "b", "c"] { #expect(root[key]?.scalar?.kind == .string) }
    #expect(root["n"]?.scalar?.text == "x")
  }

  @Test func anchorsAndMergeKeys() throws {
    let root = try read("a: &x {k: 1, l: 2}\nb: {<<: *x, l: 3}\nc: {<<: [*x, {m: 4}]}\nd: *x\n")
    #expect(root["b"]?.mapping?.map(\.key.text) == ["l", "k"])
    #expect(root["b"]?["l"]?.scalar?.text == "3")
    #expect(root["c"]?["m"]?.scalar?.text == "4")
    #expect(root["d"]?["k"]?.scalar?.text == "1")
  }

  @Test func onlyTheFirstDocumentCounts() throws {
    #expect(try read("a: 1\n---\nb: [\n")["a"]?.scalar?.text == "1")
  }

  @Test(arguments: ["", "# nothing\n", "---\n", "\n\n"])
  func emptyTextIsNull(text: String) throws { #expect(try read(text).isNull) }

  @Test func aKeyGivenTwiceIsRefused() throws {
    let error = try #require(throws: ConfigurationError.self) { try read("a: 1\nb: 2\na: 3\n") }
    #expect(error.message.contains("\"a\""))
    #expect(error.line > 0)
  }

  @Test(arguments: ["a:\n\tb: 1\n", "a: [\n", "a: 'x\n", "a: *nowhere\n", "a: @x\n", "? [k]\n: v\n", "a: {<<: 5}\n"])
  func brokenTextIsRefusedWithItsPlace(text: String) throws {
    let error = try #require(throws: ConfigurationError.self) { try read(text) }
    #expect(error.line > 0)
  }

  @Test func hugeAliasesAreRefused() throws {
    var text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
    for level in 1..<9 {
      text += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ",") + "]\n"
    }
    #expect(throws: ConfigurationError.self) { try read(text) }
    #expect(throws: ConfigurationError.self) { try read(String(repeating: "[", count: 100_000)) }
  }

  @Test func unknownKeysAreToldWithTheNearestName() throws {
    var errors = ErrorCollector()
    let node = try read("targets: []\nlabel: {}\n")
    var reader = try #require(MappingReader(node, path: "scrape_configs[0].static_configs[1]", errors: &errors))
    _ = reader.value("targets")
    _ = reader.value("labels")
    reader.refuseUnknownKeys(errors: &errors)
    #expect(
      errors.errors.map(\.description) == [
        #"c.yaml:2:1: key "label" is not known in scrape_configs[0].static_configs[1]; did you mean "labels"?"#
      ])
  }

  @Test(
    arguments: [
      ("batch_wait", ["batchwait", "batchsize", "timeout"], "batchwait"),
      ("period", ["sync_period", "filename"], "sync_period"),
      ("jsn", ["json", "regex"], "json"), ("JSON", ["json", "regex"], "json"),
      ("lables", ["labels", "tables"], "labels"),
      ("nonsense", ["json", "regex"], nil), ("", ["a"], nil),
    ] as [(String, [String], String?)])
  func nearestNames(name: String, candidates: [String], expected: String?) {
    #expect(NearestName.of(name, among: candidates) == expected)
  }

  @Test func writtenAsGoWritesIt() throws {
    let value = YAMLValue.mapping([
      .init("a", .string("x")), .init("empty", .string("")), .init("no", .string("no")), .init("n", .int(1)),
      .init(
        "list", .list([.mapping([.init("k", .string("v: w")), .init("l", .list([.string("- x")]))]), .string("'")])),
      .init("none", .list([])), .init("m", .mapping([.init("d", .plain("1s")), .init("line", .string("a\nb"))])),
    ])
    let text = """
      a: x
      empty: ""
      'no': 'no'
      'n': 1
      list:
      - k: 'v: w'
        l:
        - '- x'
      - ''''
      none: []
      m:
        d: 1s
        line: "a\\nb"

      """
    #expect(value.text == text)
    #expect(try read(value.text)["list"]?.list?.count == 2)
    #expect(try read(value.text)["m"]?["line"]?.scalar?.text == "a\nb")
  }
}
