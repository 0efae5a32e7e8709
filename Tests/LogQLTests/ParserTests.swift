import LogModel
import LogQL
import Testing

@Suite struct ParserTests {
  /// Query and the text Loki 3.4.6 refuses it with.
  static let refused: [(String, String)] = [
    ("{}", "parse error : queries require at least one regexp or equality matcher"),
    (#"{job=~".*"}"#, "parse error : queries require at least one"),
    (#"{job!="net"}"#, "parse error : queries require at least one"),
    ("", "parse error : syntax error: unexpected $end"),
    (#"{job="net""#, "parse error at line 1, col 11: syntax error: unexpected $end, expecting } or ,"),
    (#"{job="net}"#, "parse error at line 1, col 6: literal not terminated"),
    ("{job=net}", "parse error at line 1, col 6: syntax error: unexpected IDENTIFIER, expecting STRING"),
    (#"{job="net",,env="prod"}"#, "parse error at line 1, col 12: syntax error: unexpected ,, expecting IDENTIFIER"),
    (#"{job=~"n("}"#, "parse error : error parsing regexp: missing closing ): `n(`"),
    (#"{job="net"} |~ "a[" "#, #"parse error : stage '|~ "a["' : error parsing regexp: missing closing ]: `[`"#),
    (
      #"{job="net"} |~ "a(?=b)""#,
      #"parse error : stage '|~ "a(?=b)"' : error parsing regexp: invalid or unsupported Perl syntax: `(?=`"#
    ),
    (#"{job="net"} | frobnicate"#, "parse error at line 1, col 25: syntax error: unexpected $end"),
    (#"frob({job="net"}[5m])"#, "parse error at line 1, col 1: syntax error: unexpected IDENTIFIER"),
    (
      #"{job="net"} | logfmt --nope"#,
      "parse error at line 1, col 24: syntax error: unexpected IDENTIFIER, expecting NUMBER"
    ),
    (#"count_over_time({job="net"})"#, "parse error at line 1, col 28: syntax error: unexpected )"),
    (#"count_over_time({job="net"}[5x])"#, #"parse error at line 1, col 28: unknown unit "x" in duration "5x""#),
    (#"sum({job="net"})"#, "parse error at line 1, col 16: syntax error: unexpected )"),
    (
      #"count_over_time({job="counter"} | logfmt | unwrap value [5m])"#,
      "parse error : invalid aggregation count_over_time with unwrap"
    ),
    (#"sum_over_time({job="net"}[5m])"#, "parse error : invalid aggregation sum_over_time without unwrap"),
    (#"rate({job="net"}[5m]) by (env)"#, "parse error : grouping not allowed for rate aggregation"),
    (#"topk(count_over_time({job="net"}[5m]))"#, "parse error : parameter required for operation topk"),
    (
      #"topk(0, count_over_time({job="net"}[5m]))"#, "parse error : invalid parameter (must be greater than 0) topk(0"
    ),
    (#"sum(2, count_over_time({job="net"}[5m]))"#, "parse error : unsupported parameter for operation sum(2,"),
    (
      #"{job="net"} + {job="java"}"#,
      "parse error : unexpected type for left leg of binary operation (+): *syntax.MatchersExpr"
    ),
    (
      #"count_over_time({job="net"}[5m]) and 1"#,
      "parse error : unexpected literal for right leg of logical/set binary operation (and): 1.000000"
    ),
    (
      #"{job="net"} | line_format foo"#,
      "parse error at line 1, col 27: syntax error: unexpected IDENTIFIER, expecting STRING"
    ),
    (#"{job="net"} | a=b"#, "parse error at line 1, col 17: syntax error: unexpected IDENTIFIER"),
    (#"{job="net"} | a > "b""#, "parse error at line 1, col 19: syntax error: unexpected STRING"),
    (#"vector("x")"#, "parse error at line 1, col 8: syntax error: unexpected STRING, expecting NUMBER"),
    (#"{job="net"} }"#, "parse error at line 1, col 13: syntax error: unexpected }"),
    (#"{job="counter"} | logfmt | unwrap value"#, "parse error at line 1, col 28: syntax error: unexpected unwrap"),
    ("{job=\"é\",\n  env=x}", "parse error at line 2, col 7: syntax error: unexpected IDENTIFIER, expecting STRING"),
  ]

  @Test(arguments: refused) func refusesAsLokiDoes(query: String, text: String) {
    let error = #expect(throws: LogQLError.self) { try Query(parsing: query) }
    #expect(error?.description.hasPrefix(text) == true, "\(error?.description ?? "")")
  }

  @Test(arguments: [
    #"{ job = "net" , env = "prod" }"#, #"{job=~`n\w+`} |= "a" or "b" != `c` |~ "x" !~ "y""#,
    #"{job="x"} | json | logfmt --strict --keep-empty a="b", c | pattern "<a> <_>" | unpack"#,
    #"{job="x"} | label_format a=b, c="{{.d}}" | line_format `x` | drop a, b="c" | keep d | decolorize"#,
    #"{job="x"} | regexp "(?P<a>x)" | (a="1" or b>=2.5) and c!~"x" | d<1m30s, e==2KB f=ip("10.0.0.0/8")"#,
    #"sum by (job) (rate({job="x"} |= "y" [5m] offset 1h))"#, #"topk(3, sum(count_over_time({job="x"}[1m])) by (env))"#,
    #"quantile_over_time(0.99, {job="x"} | json | unwrap duration(took) | __error__="" [5m]) by (job)"#,
    #"1 + 2 * 3 ^ 2 ^ 0.5 - -1"#, #"rate({a="b"}[1m]) / on (job) group_left (env) rate({a="c"}[1m]) > bool 2"#,
    #"label_replace(rate({job="x"}[5m]), "a", "$1", "b", "(.*)")"#, #"{job="x"} # a comment"#,
    #"count_over_time({job="x"}[5m] |= "y")"#,
  ])
  func accepts(query: String) throws {
    _ = try Query(parsing: query)
  }

  @Test func keepsWhatWasSaid() throws {
    guard case .logs(let query) = try Query(parsing: #"{job="a\x62", env=~`p.*`} |= "x" or "y" | json"#) else {
      Issue.record("a log query was expected")
      return
    }
    #expect(query.selector.matchers.map(\.name) == ["job", "env"])
    #expect(query.selector.matchers.map(\.value) == ["ab", "p.*"])
    #expect(query.stages.map(\.name) == ["|=", "| json"])
    #expect(query.stages[1].position == SourcePosition(line: 1, column: 43))
  }

  @Test func nestingIsBounded() {
    let deep = String(repeating: "(", count: 100_000) + "1"
    #expect(throws: LogQLError.self) { try Query(parsing: deep) }
    let filter = #"{a="b"} | "# + String(repeating: "(", count: 100_000)
    #expect(throws: LogQLError.self) { try Query(parsing: filter) }
  }

  @Test(arguments: [
    "{", "[", "\"", "`", "\"\\", "{a=\"\\", "1e", "1e+", ".", "5m5", "\u{0}", "{é}", "[5m", "{a=\"b\"}|", "sum",
    "topk(",
  ])
  func brokenInputIsAnError(query: String) {
    #expect(throws: LogQLError.self) { try Query(parsing: query) }
  }

  @Test func selectorAlone() throws {
    #expect(try Selector(parsing: "{}").matchers.isEmpty)
    let error = #expect(throws: LogQLError.self) { try Selector(parsing: #"{env="dev"} |= "x""#) }
    #expect(error?.message == "only label matchers are supported")
  }
}
