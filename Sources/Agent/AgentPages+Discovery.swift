import AgentConfiguration
import Discovery
import Inputs
import LogModel
import Relabeling
import Tailing
import YAMLSource

extension AgentPages {
  /// `/service-discovery`: labels as they were found, as they became, and why a target is not read.
  func serviceDiscovery() -> String {
    var body = "<h1>Service discovery</h1>\n"
    for job in status.targets.jobs {
      let all = job.active.count + job.left.count
      body += "<h2>\(escape(job.name)) <span class=count>\(job.active.count)/\(all) active targets</span></h2>\n"
      for source in job.sources { body += note(source) }
      if all == 0 { continue }
      body += "<table><tr><th>Discovered labels</th><th>After relabelling</th></tr>\n"
      for active in job.active {
        body += "<tr><td>\(labels(active.discovered))</td><td>\(labels(active.target.labels))"
        body += "<div>reads <code>\(escape(active.target.path))</code></div></td></tr>\n"
      }
      for left in job.left {
        body += "<tr><td>\(labels(left.discovered))</td><td class=no>\(escape(reason(left, job)))</td></tr>\n"
      }
      body += "</table>\n"
    }
    if status.targets.jobs.isEmpty { body += "<p>No job is configured.</p>\n" }
    return page("Service discovery", body)
  }

  /// How a discovery fares.
  func note(_ source: DiscoveredJob.Source) -> String {
    let count = source.groups.reduce(0) { $0 + $1.targets.count }
    var text = "<p class=note><code>\(source.mechanism)</code> found \(count) target\(count == 1 ? "" : "s")"
    if !source.hasAnswered { text = "<p class=note><code>\(source.mechanism)</code> has not answered yet" }
    if let failure = source.failure { text += " <span class=no>last try failed: \(escape(failure))</span>" }
    return text + "</p>\n"
  }

  private func reason(_ left: FileTargets.Left, _ job: JobTargets.Job) -> String {
    switch left.failure {
    case .dropped:
      let steps = job.relabeler.explain(left.discovered)
      guard let last = steps.last, last.verdict == .dropped else { return "dropped target" }
      let rule = last.rule
      let from = rule.sourceLabels.isEmpty ? "" : " on \(rule.sourceLabels.joined(separator: ", "))"
      let line = rule.location.line > 0 ? " (line \(rule.location.line))" : ""
      return "dropped target: rule \(steps.count)\(line), \(rule.action.rawValue)\(from), saw "
        + GoQuote.quote(last.value)
    case .wrongHost:
      let wanted = job.relabeler.apply(left.discovered)?["__host__"] ?? ""
      return "wrong host: it is for \(wanted), this is \(Host.name)"
    case .noPath: return "no path for target: no label __path__ after relabelling"
    case .exists: return "target already exists: the same path with the same labels"
    }
  }
}
