import Testing

@testable import Pipeline

@Suite struct MatchTests {
  @Test(arguments: [
    (#"{job="test"}"#, true), (#"{job="tes"}"#, false), (#"{job!="x"}"#, true), (#"{nosuch=""}"#, true),
    (#"{nosuch!="x"}"#, true), (#"{job=~"t.*t"}"#, true), (#"{job=~"es"}"#, false), (#"{job=~"x|test"}"#, true),
    (#"{job!~"te"}"#, true), (#"{job="test", nosuch="x"}"#, false), (#"{job="test"} |= "an err""#, true),
    (#"{job="test"} |= "error!""#, false), (#"{job="test"} != "err""#, false), (#"{job="test"} |~ "^an e+r""#, true),
    (#"{job="test"} !~ "r$" |= "" // all of it"#, false), (#"{ job = /* here */ "\x74est" }|="or""#, true),
    (#"{job="test"} |= "rr" |= "ro" != "x""#, true),
  ])
  func selectors(selector: String, fits: Bool) throws {
    let bench = try Bench("- match:\n    selector: '\(selector)'\n    stages: [{static_labels: {s: ok}}]")
    #expect(bench.run("an error\n")[0].hasPrefix(#"{job="test", s="ok"}"#) == fits)
  }

  @Test(arguments: [
    "{}", "{job=`test`}", #"{job="a",}"#, "{job=test}", #"{job="a""#, #"{job=~"a("}"#, #"{job="a"} | json"#,
    #"job="a""#, #"{job="a"} |= x"#, #"{job="a"} |~ "("#, #"{="a"}"#, #"{job="a"} /* x"#, "{", #"{job="a\"#,
  ])
  func broken_selectors_are_refused(selector: String) {
    let bench = try? Bench("- match:\n    selector: '\(selector)'\n    stages: [{static_labels: {s: ok}}]", errors: 2)
    #expect(bench != nil)
  }

  @Test func nested_stages_are_passed_over_and_order_holds() throws {
    let bench = try Bench(
      """
      - match:
          selector: '{job="test"} |= "a"'
          stages:
          - regex: {expression: '^(?P<x>.)'}
          - match: {selector: '{job="test"} |= "b"', action: drop, drop_counter_reason: b}
      - labels: {x: }
      """)
    #expect(
      bench.run("1a\n2\n3ab\n4a\n").map { String($0.prefix { $0 != "}" }) } == [
        #"{job="test", x="1""#, #"{job="test""#, #"{job="test", x="4""#,
      ])
    #expect(bench.metrics("logentry") == [#"logentry_dropped_lines_total{reason="b"} 1"#])
  }

  @Test func entering_copies_labels_over_extracted_values() throws {
    let bench = try Bench(
      """
      - regex: {expression: '(?P<job>.*)'}
      - match: {selector: '{job="test"}', stages: [{static_labels: {a: b}}]}
      - output: {source: job}
      """)
    #expect(bench.lines("x\n") == ["test"])
  }
}
