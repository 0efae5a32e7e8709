import AgentConfiguration
import Feeding
import Inputs
import LogModel
import Relabeling
import Telemetry
import YAMLSource

extension Explanation {
  /// For a terminal.
  var text: String {
    var out = ""
    if let path {
      out += "\(path.path): "
      out += path.failure.map { "\($0)\n" } ?? "\(path.size ?? 0) bytes, readable\n"
    }
    for discovery in discoveries { out += "\(discovery.mechanism) of the job \(discovery.job): \(discovery.trouble)\n" }
    if targets.isEmpty {
      out += path == nil ? "No target has anything to do with \(question)" : "No target's __path__ matches it"
      out += ", of \(count) target\(count == 1 ? "" : "s").\n"
      return out
    }
    for (index, target) in targets.enumerated() {
      if index > 0 || !out.isEmpty { out += "\n" }
      out += target.text
    }
    return out
  }

  var json: String {
    func quoted(_ text: String?) -> String { text.map { JSONQuote.quote($0) } ?? "null" }
    var out = "{\"question\":\(quoted(question)),\"targets_in_all\":\(count)"
    if let path {
      let size = path.size.map { String($0) } ?? "null"
      out += ",\"path\":{\"path\":\(quoted(path.path)),\"size\":\(size),\"failure\":\(quoted(path.failure))}"
    }
    let troubles = discoveries.map {
      "{\"job\":\(quoted($0.job)),\"mechanism\":\(quoted($0.mechanism)),\"trouble\":\(quoted($0.trouble))}"
    }
    out += ",\"discoveries_in_trouble\":[\(troubles.joined(separator: ","))]"
    return out + ",\"targets\":[\(targets.map(\.json).joined(separator: ","))]}\n"
  }
}

extension Explanation.Target {
  /// What became of it, in a sentence.
  var verdict: String {
    switch outcome {
    case .read:
      return files.isEmpty ? "read, but no file matches" : "read"
    case .container(.reading): return "its log is read"
    case .container(.waiting(let reason)): return "its log is read to the end: \(reason)"
    case .container(.failing(let reason)): return "its log cannot be read: \(reason)"
    case .held: return "its pod is gone; its files are read to the end"
    case .left(.dropped):
      guard let last = steps.last else { return "dropped" }
      return
        "dropped by rule \(steps.count)\(place(last.rule)): \(Self.summary(last.rule)) saw \(GoQuote.quote(last.value))"
    case .left(.wrongHost):
      return "not read: __host__ is \(GoQuote.quote(steps.last?.after["__host__"] ?? "")), this is \(Host.name)"
    case .left(.noPath): return "not read: no rule gives it a __path__"
    case .left(.exists): return "not read by itself: another target has the same path and labels"
    }
  }

  private func place(_ rule: RelabelConfiguration) -> String {
    rule.location.line > 0 ? " (\(rule.location))" : ""
  }

  static func summary(_ rule: RelabelConfiguration) -> String {
    let from = rule.sourceLabels.isEmpty ? "" : " on \(rule.sourceLabels.joined(separator: ", "))"
    let regex = rule.regex.text == RelabelRegex.any.text ? "" : " =~ \(GoQuote.quote(rule.regex.text))"
    return rule.action.rawValue + from + regex
  }

  var name: String {
    if let pod = discovered["__meta_kubernetes_pod_name"] {
      let container = discovered["__meta_kubernetes_pod_container_name"].map { ", container \($0)" } ?? ""
      return "pod \(discovered["__meta_kubernetes_namespace"] ?? "")/\(pod)\(container)"
    }
    if let container = discovered["__meta_docker_container_name"] { return "container \(container)" }
    return discovered["__address__"] ?? path ?? "target"
  }

  fileprivate var text: String {
    var out = "\(name) (job \(job), \(mechanism)): \(verdict)\n  discovered\n"
    for label in discovered.labels { out += "    \(label.name)=\(GoQuote.quote(label.value))\n" }
    if !steps.isEmpty { out += "  relabelling\n" }
    for (index, step) in steps.enumerated() {
      out += "    \(index + 1). \(Self.summary(step.rule))\(place(step.rule)): "
      switch step.verdict {
      case .unchanged: out += "no change, saw \(GoQuote.quote(step.value))\n"
      case .dropped: out += "DROPPED, saw \(GoQuote.quote(step.value))\n"
      case .changed: out += Self.changes(step).joined(separator: ", ") + "\n"
      }
    }
    if case .container = outcome { return out + "  labels \(labels.text)\n" }
    guard let path else { return out }
    out += "  path \(path)\n  labels \(labels.text)\n"
    if files.isEmpty, outcome != .left(.exists) { out += "  no file matches\n" }
    for file in files {
      out += "  file \(file.path): "
      switch (file.size, file.failure) {
      case (_, let failure?): out += "cannot be read: \(failure)\n"
      case (nil, _): out += "deleted, acknowledged to \(file.acked ?? 0), being read to its end\n"
      case (let size?, _):
        guard let acked = file.acked else {
          out += "\(size) bytes, not opened yet\n"
          continue
        }
        out += "acknowledged \(acked) of \(size) bytes, lag \(file.lag)"
        let clients = file.offsets.sorted { $0.key < $1.key }.filter { $0.value < size }
        if file.offsets.count > 1, !clients.isEmpty {
          out += " (\(clients.map { "\($0.key) at \($0.value)" }.joined(separator: ", ")))"
        }
        out += "\n"
      }
    }
    return out
  }

  static func changes(_ step: RelabelStep) -> [String] {
    let set = step.after.labels.filter { step.before[$0.name] != $0.value }
      .map { "\($0.name)=\(GoQuote.quote($0.value))" }
    let gone = step.before.labels.filter { step.after[$0.name] == nil }.map { "\($0.name) removed" }
    return set + gone
  }

  fileprivate var json: String {
    func quoted(_ text: String?) -> String { text.map { JSONQuote.quote($0) } ?? "null" }
    func object(_ labels: LabelSet) -> String {
      "{" + labels.labels.map { "\(quoted($0.name)):\(quoted($0.value))" }.joined(separator: ",") + "}"
    }
    func number(_ value: UInt64?) -> String { value.map { String($0) } ?? "null" }
    let steps = self.steps.enumerated().map { index, step in
      let verdict: String
      switch step.verdict {
      case .unchanged: verdict = "unchanged"
      case .changed: verdict = "changed"
      case .dropped: verdict = "dropped"
      }
      let changes = Self.changes(step).map { quoted($0) }.joined(separator: ",")
      return "{\"rule\":\(index + 1),\"file\":\(quoted(step.rule.location.file)),\"line\":\(step.rule.location.line),"
        + "\"action\":\(quoted(step.rule.action.rawValue)),\"saw\":\(quoted(step.value)),"
        + "\"verdict\":\"\(verdict)\",\"changes\":[\(changes)]}"
    }
    let files = self.files.map { file in
      let clients = file.offsets.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\($0.value)" }
      return "{\"path\":\(quoted(file.path)),\"size\":\(number(file.size)),\"acked\":\(number(file.acked)),"
        + "\"lag\":\(file.lag),\"clients\":{\(clients.joined(separator: ","))},\"failure\":\(quoted(file.failure))}"
    }
    let outcome: String
    switch self.outcome {
    case .read: outcome = "read"
    case .held: outcome = "held"
    case .container: outcome = "container"
    case .left(let failure): outcome = failure.rawValue
    }
    return "{\"job\":\(quoted(job)),\"mechanism\":\(quoted(mechanism)),\"outcome\":\"\(outcome)\","
      + "\"verdict\":\(quoted(verdict)),\"discovered\":\(object(discovered)),"
      + "\"rules\":[\(steps.joined(separator: ","))],\"path\":\(quoted(path)),\"labels\":\(object(labels)),"
      + "\"files\":[\(files.joined(separator: ","))]}"
  }
}
