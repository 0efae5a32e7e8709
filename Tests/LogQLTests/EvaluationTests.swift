import LogModel
import LogQL
import Testing

@Suite struct EvaluationTests {
  private func keeps(_ query: String, _ line: String) throws -> Bool {
    guard case .logs(let parsed) = try Query(parsing: query) else { return false }
    let pipeline = try LinePipeline(parsed)
    var line = line
    return line.withUTF8 { pipeline.keeps($0) }
  }

  static let filters: [(String, Bool)] = [
    (#"|= "b""#, true), (#"|= "x""#, false), (#"!= "x""#, true), (#"!= "b""#, false), (#"|~ "^a.c$""#, true),
    (#"|~ "^b""#, false), (#"!~ "^b""#, true), (#"|= "x" or "c""#, true), (#"!= "x" or "c""#, false), (#"|= """#, true),
    (#"!= """#, false), (#"|= "a" |= "c" != "d""#, true), (#"|= "abc""#, true), (#"|= "abcd""#, false),
  ]

  @Test(arguments: filters) func filtersLines(filter: String, expected: Bool) throws {
    #expect(try keeps(#"{job="x"} "# + filter, "abc") == expected)
  }

  @Test func matchersAreAnchoredAndMissingLabelsAreEmpty() throws {
    let labels = LabelSet(["job": "nginx", "env": "prod"])
    #expect(try Selector(parsing: #"{job=~"ngin"}"#).matches(labels) == false)
    #expect(try Selector(parsing: #"{job=~"ngin."}"#).matches(labels))
    #expect(try Selector(parsing: #"{job="nginx", host=""}"#).matches(labels))
    #expect(try Selector(parsing: #"{job="nginx", host!=""}"#).matches(labels) == false)
    #expect(try Selector(parsing: #"{job=~"(?i)NGINX"}"#).matches(labels))
  }

  @Test func refusesStagesByNameAndPlace() throws {
    guard case .logs(let query) = try Query(parsing: #"{job="x"} |= "y" | json"#) else { return }
    let error = #expect(throws: LogQLError.self) { try LinePipeline(query) }
    #expect(error?.description.hasPrefix("not supported at line 1, col 20: stage \"| json\"") == true)
  }

  private static let samples: [(LabelSet, Double)] = [
    (LabelSet(["job": "a", "env": "p"]), 4), (LabelSet(["job": "a", "env": "d"]), 2), (LabelSet(["job": "b"]), 9),
  ]

  private func evaluate(_ text: String) async throws -> [String: Double] {
    guard case .metric(let expression) = try Query(parsing: text) else { return [:] }
    let grid = EvaluationGrid(start: 0, step: 1, count: 1)
    let evaluation = MetricEvaluation(grid: grid) { aggregation, _ in
      EvaluationTests.samples.filter { aggregation.query.selector.matches($0.0) }
        .map { MetricSeries(labels: $0.0, values: [$0.1]) }
    }
    switch try await evaluation.evaluate(expression) {
    case .scalar(let value): return ["scalar": value]
    case .series(let series):
      return Dictionary(uniqueKeysWithValues: series.map { ($0.labels.text, $0.values[0] ?? .nan) })
    }
  }

  static let sums: [(String, [String: Double])] = [
    (#"sum(rate({job=~".+"}[1m]))"#, ["{}": 15.0]),
    (#"sum by (job) (rate({job=~".+"}[1m]))"#, [#"{job="a"}"#: 6, #"{job="b"}"#: 9]),
    (#"sum without (env) (rate({job=~".+"}[1m]))"#, [#"{job="a"}"#: 6, #"{job="b"}"#: 9]),
    (#"avg by (job) (rate({job="a"}[1m]))"#, [#"{job="a"}"#: 3]), (#"min(rate({job=~".+"}[1m]))"#, ["{}": 2]),
    (#"max(rate({job=~".+"}[1m]))"#, ["{}": 9]), (#"count(rate({job=~".+"}[1m]))"#, ["{}": 3]),
    (#"topk(1, rate({job=~".+"}[1m]))"#, [#"{job="b"}"#: 9]),
    (#"bottomk(1, rate({job=~".+"}[1m]))"#, [#"{env="d", job="a"}"#: 2]),
    ("1 + 2 * 3 - 4 / 8", ["scalar": 6.5]), ("2 ^ 3 ^ 2", ["scalar": 512]), ("-(1)", [:]),
    (#"sum by (job) (rate({job=~".+"}[1m])) > 6"#, [#"{job="b"}"#: 9]),
    (#"sum by (job) (rate({job=~".+"}[1m])) / sum by (job) (rate({job="b"}[1m]))"#, [#"{job="b"}"#: 1]),
    (
      #"rate({job="a"}[1m]) / on (job) group_left sum by (job) (rate({job="a"}[1m]))"#,
      [#"{env="p", job="a"}"#: 4.0 / 6, #"{env="d", job="a"}"#: 2.0 / 6]
    ),
    (#"rate({job=~".+"}[1m]) unless rate({job="a"}[1m])"#, [#"{job="b"}"#: 9]),
  ]

  @Test(arguments: sums) func evaluates(text: String, expected: [String: Double]) async throws {
    if expected.isEmpty {
      await #expect(throws: LogQLError.self) { _ = try await evaluate(text) }
    } else {
      #expect(try await evaluate(text) == expected)
    }
  }
}
