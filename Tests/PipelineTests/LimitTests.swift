import Testing

@testable import Pipeline

@Suite struct LimitTests {
  @Test func lines_beyond_the_burst_are_dropped_until_tokens_are_there_again() throws {
    let bench = try Bench("- limit: {rate: 1, burst: 2, drop: true}")
    #expect(bench.lines("1\n2\n3\n") == ["1", "2"])
    bench.now = 1_000_000_000
    #expect(bench.lines("4\n5\n") == ["4"])
    #expect(bench.metrics("logentry") == [#"logentry_dropped_lines_total{reason="ratelimit_drop_stage"} 2"#])
  }

  @Test func each_value_of_a_label_has_its_own_rate_and_lines_without_it_have_none() throws {
    let bench = try Bench(
      """
      - logfmt: {mapping: {app: }}
      - labels: {app: }
      - limit: {rate: 0.001, burst: 1, drop: true, by_label_name: app}
      """)
    #expect(bench.lines("app=a 1\napp=a 2\napp=b 3\nx\nx\n") == ["app=a 1", "app=b 3", "x", "x"])
    #expect(
      bench.metrics("logentry_dropped_lines_by") == [
        #"logentry_dropped_lines_by_label_total{label_name="app",label_value="a"} 1"#
      ])
  }

  @Test func without_drop_the_file_waits() throws {
    let bench = try Bench("- limit: {rate: 2, burst: 1}")
    #expect(bench.lines("1\n2\n3\n") == ["1", "2"], "the next may come half a second later")
    #expect(bench.pausedUntil == 500_000_000)
    bench.now = 500_000_000
    #expect(bench.lines("3\n") == ["3"])
  }

  @Test func a_sample_is_the_same_each_time_and_about_as_large_as_asked_for() throws {
    let lines = (0..<10_000).map { "\($0)\n" }.joined()
    let kept = try Bench("- sampling: {rate: 0.3}").lines(lines)
    #expect(try Bench("- sampling: {rate: 0.3}").lines(lines) == kept)
    #expect((2_800...3_200).contains(kept.count))
    #expect(try Bench("- sampling: {rate: 1}").lines("1\n2\n") == ["1", "2"])
    let none = try Bench("- sampling: {rate: 0, drop_counter_reason: thinned}")
    #expect(none.lines("1\n2\n").isEmpty)
    #expect(none.metrics("logentry") == [#"logentry_dropped_lines_total{reason="thinned"} 2"#])
  }
}
