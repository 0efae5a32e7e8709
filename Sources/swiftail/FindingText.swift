import AgentConfiguration
import Checks
import YAMLSource

/// Findings for people: place, what is wrong, the line with a mark under it, and the way out.
enum FindingText {
  static func text(_ findings: [Finding], files: [AgentConfiguration.File]) -> String {
    let lines = Dictionary(
      files.map { ($0.name, $0.text.split(separator: "\n", omittingEmptySubsequences: false)) },
      uniquingKeysWith: { first, _ in first })
    var out = ""
    for finding in findings {
      let place = finding.location.description
      out += "\(place.isEmpty ? "" : place + ": ")\(finding.severity): \(finding.message) [\(finding.rule)]\n"
      if let excerpt = excerpt(finding, lines) { out += excerpt }
      if let hint = finding.hint { out += "    = \(hint)\n" }
    }
    let errors = findings.count { $0.severity == .error }
    let warnings = findings.count - errors
    return out + "\(count(errors, "error")), \(count(warnings, "warning"))\n"
  }

  private static func excerpt(_ finding: Finding, _ lines: [String: [Substring]]) -> String? {
    let number = finding.location.line
    guard number > 0, let all = lines[finding.location.file], number <= all.count else { return nil }
    var line = String(all[number - 1])
    if line.hasSuffix("\r") { line.removeLast() }
    let label = String(number)
    let blank = String(repeating: " ", count: label.count)
    // Tabs stay, so that the mark stands where it should.
    let before = line.prefix(max(0, finding.location.column - 1)).map { Character($0 == "\t" ? "\t" : " ") }
    return "  \(label) | \(line.prefix(160))\n  \(blank) | \(String(before.prefix(160)))^\n"
  }

  private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
