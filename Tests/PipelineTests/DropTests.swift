import Testing

@testable import Pipeline

@Suite struct DropTests {
  @Test func all_criteria_have_to_hold_and_drops_are_counted() throws {
    let bench = try Bench("- drop: {longer_than: 8b, expression: debug}")
    #expect(bench.metrics("logentry_dropped").isEmpty, "no series before the first drop")
    #expect(bench.lines("debug\ndebug and long\ninfo and long\n") == ["debug", "info and long"])
    #expect(bench.metrics("logentry_dropped") == [#"logentry_dropped_lines_total{reason="drop_stage"} 1"#])
  }

  @Test(arguments: [
    ("{source: a}", ["b=1"]), ("{source: [a, b]}", ["a=1", "b=1"]), ("{source: a, value: '1'}", ["b=1"]),
    ("{source: [a, b], expression: '^1;1$'}", ["a=1", "b=1"]),
    ("{source: [a, b], separator: '#', value: '1#1'}", ["a=1", "b=1"]),
    ("{source: c, expression: '^$'}", []), ("{source: c}", ["a=1", "b=1", "a=1 b=1"]),
  ])
  func sources(options: String, kept: [String]) throws {
    let bench = try Bench("- logfmt: {mapping: {a: , b: , c: }}\n- drop: \(options)")
    #expect(bench.lines("a=1\nb=1\na=1 b=1\n") == kept)
  }

  @Test func older_than_is_about_the_time_of_the_entry() throws {
    let bench = try Bench(
      """
      - logfmt: {mapping: {t: }}
      - timestamp: {source: t, format: Unix, action_on_failure: skip}
      - drop: {older_than: 1h, drop_counter_reason: old}
      """)
    #expect(bench.lines("t=999996399\nt=999996401\nnow\n") == ["t=999996401", "now"])
    #expect(bench.metrics("logentry_dropped") == [#"logentry_dropped_lines_total{reason="old"} 1"#])
  }
}
