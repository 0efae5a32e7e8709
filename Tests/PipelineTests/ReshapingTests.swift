import Testing

@testable import Pipeline

@Suite struct ReshapingTests {
  @Test func decolorize_removes_sequences_and_leaves_other_lines() throws {
    let bench = try Bench("- decolorize: {}")
    #expect(
      bench.lines("\u{1B}[31mred\u{1B}[0m plain \u{1B}[1;32mbold green\u{1B}[m\nplain [31m text\n\u{1B}[m\n") == [
        "red plain bold green", "plain [31m text", "",
      ])
  }

  @Test func pack_moves_labels_and_values_into_the_line_in_order() throws {
    let bench = try Bench(
      "- logfmt: {mapping: {user: }}\n- pack: {labels: [user, env, app, nope]}",
      labels: ["job": "test", "env": "dev", "app": "w<b"])
    #expect(
      bench.run("user=ann \"\n") == [
        #"{job="test"} 1000000000.0 {"app":"w\u003cb","env":"dev","user":"ann","_entry":"user=ann \""}"#
      ])
    #expect(try Bench("- pack: {}").lines("hello\n") == [#"{"_entry":"hello"}"#])
  }

  @Test func packing_gives_the_time_of_reading_unless_told_otherwise() throws {
    let stages = "- logfmt: {mapping: {t: }}\n- timestamp: {source: t, format: Unix}\n- pack: "
    #expect(try Bench(stages + "{}").run("t=5\n") == [#"{job="test"} 1000000000.0 {"_entry":"t=5"}"#])
    #expect(
      try Bench(stages + "{ingest_timestamp: false}").run("t=5\n") == [#"{job="test"} 5.0 {"_entry":"t=5"}"#])
  }

  @Test(arguments: [
    ("{}", #"{Account_Name="bob", User="first", User_extracted="second", _st="x", job="test"}"#),
    ("{overwrite_existing: true}", #"{Account_Name="bob", User="second", _st="x", job="test"}"#),
    ("{drop_invalid_labels: true}", #"{User="first", User_extracted="second", job="test"}"#),
  ])
  func eventlogmessage(options: String, labels: String) throws {
    let bench = try Bench(
      """
      - json: {expressions: {message: , User: }}
      - eventlogmessage: \(options)
      - labels: {User: , User_extracted: , Account_Name: , _st: }
      """)
    let line = #"{"User":"first","message":"User: second\r\nAccount Name:  bob  \r\n1st: x\r\nnothing"}"#
    #expect(bench.run(line + "\n") == ["\(labels) 1000000000.0 \(line)"])
  }
}
