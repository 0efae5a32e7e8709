import GoTemplate
import Testing

@Suite("No template runs for ever, takes all memory or crashes") struct BoundsTests {
  static let greedy: [String] = [
    "{{ range until 1000000000 }}{{ end }}", "{{ range 9000000000000000000 }}{{ end }}",
    "{{ repeat 1000000000 \"abc\" }}", "{{ repeat 9223372036854775807 \"abc\" }}",
    "{{ define \"a\" }}{{ template \"a\" }}{{ end }}{{ template \"a\" }}", "{{ seq 1 1000000000 }}",
    "{{ untilStep 0 9223372036854775807 1 }}",
    "{{ $l := list }}{{ range until 100000 }}{{ $l = list $l }}{{ end }}{{ $l }}",
    "{{ $l := list 1 }}{{ range until 60 }}{{ $l = list $l $l }}{{ end }}{{ $l }}",
    "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ $d }}",
    "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ mustToJson $d }}",
    "{{ $d := dict }}{{ $_ := set $d \"d\" $d }}{{ deepCopy $d }}",
    "{{ $s := repeat 1000000 \"a\" }}{{ range until 1000 }}{{ $s }}{{ end }}",
    "{{ $s := repeat 1000000 \"a\" }}{{ Replace $s \"\" $s -1 }}",
    "{{ $s := \"a\" }}{{ range until 100 }}{{ $s = print $s $s }}{{ end }}",
    "{{ printf \"%999999d%999999d%999999d%999999d\" 1 2 3 4 | repeat 20 }}",
    "{{ range until 2000 }}{{ range until 2000 }}{{ range until 2000 }}{{ end }}{{ end }}{{ end }}",
    "{{ randAlpha 1000000000 }}", "{{ splitList \"\" (repeat 30000000 \"a\") }}",
    "{{ $s := repeat 10000000 \"a\" }}{{ range until 1000000 }}{{ if contains \"b\" $s }}x{{ end }}{{ end }}",
  ]

  @Test(arguments: greedy) func endsGreed(_ template: String) {
    #expect(failure(template) != nil)
  }

  @Test func deepNestingIsRefused() {
    for (open, close) in [("(", ")"), ("{{ if . }}", "{{ end }}"), ("{{ range . }}", "{{ end }}")] {
      let isParenthesis = open == "("
      let inner =
        String(repeating: open, count: 50_000) + (isParenthesis ? "1" : "") + String(repeating: close, count: 50_000)
      #expect(throws: TemplateError.self) { try Template(isParenthesis ? "{{ \(inner) }}" : inner) }
    }
    #expect(throws: TemplateError.self) { try Template(String(repeating: "{{ if . }}{{ else ", count: 50_000)) }
    #expect(throws: TemplateError.self) {
      try Template(
        String(repeating: "{{ if . }}{{ else if . }}", count: 1) + String(repeating: "{{ else if . }}", count: 50_000)
          + "{{ end }}")
    }
  }

  @Test func dictionariesInCirclesAreLetGo() throws {
    #expect(
      try render(
        "{{ $d := dict }}{{ range until 10000 }}{{ $n := dict }}{{ $_ := set $d \"n\" $n }}{{ $d = $n }}{{ end }}done")
        == "done")
  }

  /// Random texts of a template's words: each is refused or runs to an end.
  @Test func noTemplateCrashes() {
    let words =
      [
        "{{", "}}", "{{-", "-}}", " ", "\n", ".", ".v", ".nope", "$", "$x", "$x :=", "$x =", "|", "(", ")", ",",
        "\"a\"", "`b`", "'c'", "1", "-2", "1.5", "1e3", "0x1F", "nil", "true",
        "if", "else", "end", "range", "with", "define", "template", "block", "break", "continue", "\"t\"", "/*", "*/",
        "é", "\\", "\"", "'", "{{ if .v }}", "{{ end }}", "{{ else }}",
        "{{ range until 3 }}", "{{ with .v }}", "{{ define \"t\" }}", "printf \"%d %s %[2]*.[1]*f\"", "text",
      ] + FunctionTests.names
    var generator = Generator(state: 42)
    for _ in 0..<6000 {
      let count = Int.random(in: 1...14, using: &generator)
      var text = Bool.random(using: &generator) ? "{{ " : ""
      for _ in 0..<count {
        text += words.randomElement(using: &generator)! + (Bool.random(using: &generator) ? " " : "")
      }
      if Bool.random(using: &generator) { text += " }}" }
      _ = failure(text, ["v": "some value", "n": "12"])
    }
  }

  /// Every function with every kind of argument.
  @Test func noFunctionCrashes() {
    let values = [
      "nil", ".v", ".n", ".bytes", "\"\"", "0", "1", "-1", "9223372036854775807", "-9223372036854775808", "1.5",
      "1e308", "true", "(list)", "(list 1 \"a\" nil)", "(list (list 1) (dict \"a\" 1))",
      "(dict)", "(dict \"a\" (dict \"b\" 1))", "(split \",\" \"a,b\")", "(until 3)", "now", "(now.Sub now)",
      "(semver \"1.2.3-a\")", ".", "(now.AddDate 9999 1 1)", "(float64 \"inf\")", "(float64 \"nan\")",
      "(int64 5)", "\"%d%s%v%[9]d%*d\"", "\"(a*)\"", "\"a,b\"",
    ]
    var generator = Generator(state: 7)
    for name in FunctionTests.names {
      for count in 0...4 {
        for _ in 0..<(count == 0 ? 1 : 30) {
          let arguments = (0..<count).map { _ in values.randomElement(using: &generator)! }.joined(separator: " ")
          _ = failure("{{ \(name) \(arguments) }}", ["v": "some value", "n": "12", "bytes": "ü"])
        }
      }
    }
  }

  /// A small generator, so that a failure comes back.
  private struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 29
    }
  }
}

extension FunctionTests {
  /// Every function of the tables above, and of Go itself.
  static let names: [String] = {
    let calls = (promtail + strings + numbers + structures + others + dates).map(\.0)
    let heads = calls.flatMap { $0.split { !($0.isLetter || $0.isNumber || $0 == "_") }.prefix(3) }.map(String.init)
    let core = [
      "print", "println", "printf", "len", "index", "call", "html", "js", "urlquery", "eq", "ne", "lt", "le", "gt",
      "ge", "and", "or", "not", "fail",
    ]
    return Set(heads + core).filter { (try? Template("{{ \($0) }}")) != nil }.sorted()
  }()
}
