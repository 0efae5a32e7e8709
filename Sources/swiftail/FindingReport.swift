import Agent
import Checks
import HTTPEdge
import Telemetry
import YAMLSource

/// Findings for programs.
enum FindingReport {
  /// A list of objects, one for each finding.
  static func json(_ findings: [Finding]) -> String {
    "["
      + findings.map { finding in
        let fields = [
          ("file", quoted(finding.location.file)), ("line", String(finding.location.line)),
          ("column", String(finding.location.column)), ("severity", quoted(finding.severity.rawValue)),
          ("rule", quoted(finding.rule)), ("message", quoted(finding.message)), ("path", quoted(finding.path)),
          ("hint", finding.hint.map(quoted) ?? "null"),
        ]
        return "\n  {" + fields.map { "\(quoted($0.0)): \($0.1)" }.joined(separator: ", ") + "}"
      }.joined(separator: ",") + (findings.isEmpty ? "]" : "\n]")
  }

  /// SARIF 2.1.0 (OASIS), as code review tools take it.
  static func sarif(_ findings: [Finding]) -> String {
    let used = Set(findings.map(\.rule)).sorted()
    let summaries = Dictionary(uniqueKeysWithValues: Check.all.map { ($0.rule, $0.summary) })
    let rules = used.map { rule in
      "{\"id\":\(quoted(rule)),\"shortDescription\":{\"text\":\(quoted(summaries[rule] ?? rule))}}"
    }.joined(separator: ",")
    let results = findings.map { finding in
      let text = finding.message + (finding.hint.map { "; \($0)" } ?? "")
      let region =
        finding.location.line > 0
        ? ",\"region\":{\"startLine\":\(finding.location.line),\"startColumn\":\(max(1, finding.location.column))}" : ""
      let place =
        "{\"physicalLocation\":{\"artifactLocation\":{\"uri\":\(quoted(uri(finding.location.file)))}\(region)}}"
      return "{\"ruleId\":\(quoted(finding.rule)),\"level\":\(quoted(finding.severity.rawValue)),"
        + "\"message\":{\"text\":\(quoted(text))},\"locations\":[\(place)]}"
    }.joined(separator: ",")
    return
      "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":"
      + "{\"name\":\"swiftail check\",\"version\":\(quoted(AgentProcess.version)),\"rules\":[\(rules)]}},"
      + "\"results\":[\(results)]}]}"
  }

  private static func uri(_ path: String) -> String {
    path.split(separator: "/", omittingEmptySubsequences: false).map { PercentEncoding.encode(String($0)) }
      .joined(separator: "/")
  }

  private static func quoted(_ text: String) -> String { JSONQuote.quote(text) }
}
