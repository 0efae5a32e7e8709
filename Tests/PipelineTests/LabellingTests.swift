import Testing

@testable import Pipeline

@Suite struct LabellingTests {
  @Test func labelallow_takes_away_what_is_not_listed_and_nothing_set_later() throws {
    let bench = try Bench(
      "- labelallow: [job, nope]\n- labels: {again: env}", labels: ["job": "test", "env": "prod", "team": "a"])
    #expect(bench.run("x\n") == [#"{again="prod", job="test"} 1000000000.0 x"#])
    let nothing = try Bench("- labelallow: [nope]")
    #expect(nothing.run("x\n") == ["{} 1000000000.0 x"])
  }

  @Test func tenant_is_chosen_by_value_source_or_label_and_never_sent_as_a_label() throws {
    #expect(try Bench("- tenant: {value: a}").run("x\n") == [#"a:{job="test"} 1000000000.0 x"#])
    #expect(try Bench("- tenant: {label: job}").run("x\n") == [#"test:{job="test"} 1000000000.0 x"#])
    let bench = try Bench("- logfmt: {mapping: {t: }}\n- tenant: {source: t}")
    #expect(bench.run("t=b\nx\n") == [#"b:{job="test"} 1000000000.0 t=b"#, #"{job="test"} 1000000000.4 x"#])
  }

  @Test func structured_metadata_comes_from_values_and_labels_which_leave_the_stream() throws {
    let bench = try Bench(
      "- json: {expressions: {num: , f: }}\n- structured_metadata: {num: , flag: f, pod_name: pod, nope: }",
      labels: ["job": "test", "pod": "p-1"])
    #expect(
      bench.run(#"{"num":1.5,"f":true}"# + "\nx\n") == [
        #"{job="test"} 1000000000.0 {"num":1.5,"f":true} ["num=1.5", "flag=true", "pod_name=p-1"] 25"#,
        #"{job="test"} 1000000000.21 x ["pod_name=p-1"] 11"#,
      ])
  }
}
