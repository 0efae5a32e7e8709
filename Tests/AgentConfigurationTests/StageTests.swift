import GoCompat
import JMESPath
import LogModel
import Testing
import YAMLSource

@testable import AgentConfiguration

struct StageTests {
  /// The stages of a pipeline, and what is wrong with them.
  private func read(_ stages: String) throws -> (stages: [StageConfiguration], errors: [String]) {
    let job = try #require(
      try AgentConfiguration.load(
        text: "scrape_configs: [{job_name: s, static_configs: [{}], pipeline_stages: [\(stages)]}]", file: "c"
      ).scrapeConfigs.first)
    return (job.pipelineStages, job.stageErrors.errors.map(\.description))
  }

  private func options(_ stage: String) throws -> StageConfiguration.Options {
    let (stages, errors) = try read(stage)
    #expect(errors == [])
    return try #require(stages.first?.options)
  }

  @Test func everyStageIsDeclaredOnce() {
    let names = StageDeclaration.all.flatMap { [$0.name] + $0.aliases }
    #expect(Set(names).count == names.count)
    #expect(StageDeclaration.all.count == 25)
  }

  @Test func criConvertsItsOptions() throws {
    let stage = #"{cri: {max_partial_line_size: "4", max_partial_line_size_truncate: "true", Max_Partial_Lines: "2"}}"#
    guard case .cri(let cri) = try options(stage) else { throw Unexpected() }
    #expect(cri.maxPartialLines == 2)
    #expect(cri.maxPartialLineSize == 4)
    #expect(cri.maxPartialLineSizeTruncate)
    guard case .cri(let plain) = try options("{cri: }") else { throw Unexpected() }
    #expect(plain.maxPartialLines == 100)
  }

  private struct Unexpected: Error {}

  @Test func jsonNamesItsExpressions() throws {
    guard
      case .json(let json) = try options(
        "{json: {Expressions: {level: , m: a.b, z: ''}, source: s, drop_malformed: yes}}")
    else { throw Unexpected() }
    #expect(json.expressions.map(\.name) == ["level", "m", "z"])
    #expect(json.expressions.map(\.expression.text) == ["level", "a.b", "z"])
    #expect(json.source == "s")
    #expect(json.dropMalformed)
  }

  @Test func timestamp() throws {
    let stage =
      "{timestamp: {source: t, format: RFC3339, fallback_formats: [Unix], location: Asia/Tokyo, action_on_failure: skip}}"
    guard case .timestamp(let timestamp) = try options(stage) else { throw Unexpected() }
    #expect(timestamp.source == "t")
    #expect(timestamp.format.text == "RFC3339")
    #expect(timestamp.fallbackFormats.map(\.text) == ["Unix"])
    #expect(timestamp.location?.name == "Asia/Tokyo")
    #expect(timestamp.actionOnFailure == .skip)
  }

  @Test func labelsAndStaticLabels() throws {
    guard case .labels(let labels) = try options("{labels: {a: , b: c}}") else { throw Unexpected() }
    #expect(labels.labels == [SourcedName(name: "a", source: "a"), SourcedName(name: "b", source: "c")])
    guard case .staticLabels(let fixed) = try options("{static_labels: {my.label: v, empty: '', none: }}") else {
      throw Unexpected()
    }
    #expect(fixed.labels == LabelSet(["my.label": "v"]))
  }

  @Test func matchHoldsStages() throws {
    let stage = "{match: {selector: '{a=\"b\"}', stages: [{docker: }, {match: {selector: '{c=\"d\"}', action: drop}}]}}"
    guard case .match(let match) = try options(stage) else { throw Unexpected() }
    #expect(match.stages.map(\.name) == ["docker", "match"])
    guard case .match(let inner) = try #require(match.stages.last?.options) else { throw Unexpected() }
    #expect(inner.action == .drop)
    #expect(inner.dropCounterReason == "match_stage")
  }

  @Test func dropConverts() throws {
    guard case .drop(let drop) = try options("{drop: {source: [a, b], value: yes, longer_than: 1kb, older_than: 24h}}")
    else { throw Unexpected() }
    #expect(drop.sources == ["a", "b"])
    #expect(drop.value == "1")
    #expect(drop.longerThan?.bytes == 1024)
    #expect(drop.olderThan == .seconds(86_400))
    guard case .drop(let single) = try options("{drop: {source: a, longer_than: 8}}") else { throw Unexpected() }
    #expect(single.sources == ["a"])
    #expect(single.longerThan?.bytes == 8)
  }

  @Test func metrics() throws {
    let stage =
      "{metrics: {m: {type: Histogram, source: s, config: {buckets: [1, 2.5]}}, c: {type: Counter, config: {action: inc, match_all: true}}}}"
    guard case .metrics(let metrics) = try options(stage) else { throw Unexpected() }
    #expect(metrics.metrics.map(\.kind) == [.histogram, .counter])
    #expect(metrics.metrics[0].buckets == [1, 2.5])
    #expect(metrics.metrics[1].source == "c")
    #expect(metrics.metrics[1].maxIdleDuration == .seconds(300))
  }

  @Test(arguments: [
    "{regex: {expression: '(?P<a>x)', nonsense: 1}}", "{labels: }", "{static_labels: }", "{docker: {x: y}}", "{cri: }",
    "{decolorize: }", "{non_indexed_labels: {a: }}", "{limit: {rate: '5', burst: '3', drop: 'true'}}",
    "{sampling: {rate: 0.5}}", "{sampling: {}}", "{multiline: {firstline: a, max_lines: 0}}", "{pack: {labels: [a]}}",
    "{tenant: {value: x}}", "{replace: {expression: (a)}}", "{eventlogmessage: }", "{template: {source: a}}",
  ])
  func accepted(stage: String) throws { #expect(try read(stage).errors == []) }

  @Test(arguments: [
    "docker", "{json: {expressions: {a: }}, labels: {a: }}", "{JSON: {}}", "{jsn: {}}", "{regex: }", "{regex: {}}",
    "{regex: {expression: 12}}", "{regex: {expression: ''}}", "{regex: {expression: (x), source: ''}}",
    "{json: {expressions: {n: number}}}", "{json: {expressions: {a: 1}}}", "{json: {expressions: [a]}}",
    "{json: {expressions: {a: b..c}}}", "{json: {expressions: {a: }, drop_malformed: 'true'}}", "{labels: [a]}",
    "{labels: {on: job}}", "{labels: {my-label: }}", "{labels: {1st: }}", "{labels: {größe: }}", "{labels: {a: 1}}",
    "{static_labels: {'': x}}", "{static_labels: {a: 1}}", "{labeldrop: }", "{labeldrop: []}", "{labeldrop: [1]}",
    "{labeldrop: job}", "{labelallow: []}", "{output: }", "{output: {source: 1}}", "{timestamp: {source: t}}",
    "{timestamp: {format: Unix}}", "{timestamp: {source: t, format: Unix, location: Europe/Atlantis}}",
    "{timestamp: {source: t, format: Unix, action_on_failure: drop}}",
    "{timestamp: {source: t, format: Unix, fallback_formats: Unix}}", "{cri: {max_partial_line_size: 1KB}}",
    "{drop: {drop_counter_reason: x}}", "{drop: {source: a, value: x, expression: x}}",
    "{drop: {value: x, longer_than: 1}}",
    "{limit: {rate: 5, burst: 0}}", "{limit: {rate: 5, burst: 5, by_label_name: a}}", "{match: {stages: []}}",
    "{match: {selector: '{a=\"b\"}', action: drop, stages: [{docker: }]}}", "{match: {selector: '{a=\"b\"}'}}",
    "{match: {selector: '{a=\"b\"}', stages: [{nonsense: }]}}", "{metrics: {a: {type: Summary}}}",
    "{metrics: {a: {type: Counter, config: {action: set}}}}", "{sampling: {rate: 1.5}}", "{tenant: {}}",
    "{tenant: {source: a, label: b}}", "{geoip: {db: x, source: ip}}", "{template: {source: a, template: 12}}",
  ])
  func refused(stage: String) throws { #expect(try read(stage).errors.count == 1) }

  @Test func deepNestingIsRefused() throws {
    let stage =
      String(repeating: "{match: {selector: '{a=\"b\"}', stages: [", count: 150) + "{docker: }"
      + String(repeating: "]}}", count: 150)
    #expect(try !read(stage).errors.isEmpty)
  }
}
