import Testing

@testable import Pipeline

@Suite struct MultilineTests {
  @Test func lines_are_joined_and_hold_the_position() throws {
    let bench = try Bench("- multiline: {firstline: '^S', max_wait_time: 2s}\n- regex: {expression: '(?P<w>\\w+)'}")
    #expect(bench.run("x\nS1\n a\n") == [#"{job="test"} 1000000000.0 x"#])
    #expect(bench.hold == 2)
    #expect(bench.nextFlush == 2_000_000_000)
    bench.now = 1_000_000_000
    #expect(bench.run(" b\nS2\n") == [#"{job="test"} 1000000000.2 S1"# + "\n a\n b"])
    #expect(bench.hold == 11)
    #expect(bench.flush().isEmpty, "it has not waited long enough")
    bench.now = 3_000_000_000
    #expect(bench.flush().map { $0.suffix(2) } == ["S2"])
    #expect(bench.hold == nil)
    #expect(bench.nextFlush == nil)
    #expect(bench.lines("c\nd\nS3\n") == ["c\nd"], "what follows goes on as the same block")
  }

  @Test func a_block_has_time_labels_and_values_of_its_first_line() throws {
    let bench = try Bench(
      """
      - logfmt: {mapping: {t: , l: , m: }}
      - timestamp: {source: t, format: Unix, action_on_failure: skip}
      - structured_metadata: {m: }
      - multiline: {firstline: 't='}
      - labels: {l: }
      """)
    #expect(bench.run("t=1 l=a m=z\nl=b\n").isEmpty)
    #expect(bench.flush(isDone: true) == [#"{job="test", l="a"} 1.0 t=1 l=a m=z"# + "\nl=b [\"m=z\"] 2"])
  }

  @Test func a_block_is_cut_at_max_lines() throws {
    let bench = try Bench("- multiline: {firstline: '^S', max_lines: 3}")
    #expect(bench.lines("S\n1\n2\n\n3\n4\n5\n6\nS2\n") == ["S\n1\n2", "3\n4", "5\n6"])
    #expect(try Bench("- multiline: {firstline: '^S', max_lines: 1}").lines("S\n1\nS\n2\n") == ["S", "1", "S", "2"])
    let many = String(repeating: "x\n", count: 500)
    #expect(try Bench("- multiline: {firstline: '^S', max_lines: 0}").lines("S\n" + many + "S\n").count == 1)
    #expect(try Bench("- multiline: {firstline: '^S'}").lines("S\n" + many + "S\n").count == 4)
  }

  @Test func label_sets_have_blocks_of_their_own() throws {
    let bench = try Bench(
      #"""
      - regex: {expression: '^\[(?P<th>\w+)\] (?P<rest>.*)'}
      - labels: {th: }
      - output: {source: rest}
      - multiline: {firstline: '^S'}
      """#)
    #expect(bench.lines("[1] S one\n[2] S two\n[1] a\n[2] b\n[1] c\n").isEmpty)
    #expect(bench.flush(isDone: true).map { $0.drop { $0 != "S" } } == ["S one\na\nc", "S two\nb"])
  }

  @Test func parts_of_a_line_go_on_through_the_stages_when_the_file_is_done_with() throws {
    for stages in ["- cri: {}", "- cri: {}\n- static_labels: {s: ok}"] {
      let bench = try Bench(stages)
      #expect(bench.run("2023-05-06T07:08:09Z stdout P part\n").isEmpty)
      #expect(bench.flush().isEmpty)
      let labels =
        stages.contains("static") ? #"{job="test", s="ok", stream="stdout"}"# : #"{job="test", stream="stdout"}"#
      #expect(bench.flush(isDone: true) == ["\(labels) 1683356889.0 part"])
      #expect(bench.hold == nil)
    }
  }
}
