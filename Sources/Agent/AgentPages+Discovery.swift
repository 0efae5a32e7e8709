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
    body += "<form action=\"\(escape(links))/explain\"><label>Why is it in Loki, or not? "
    body += "<input name=query required placeholder='a pod, a container, a path, or app=&quot;web&quot;'></label> "
    body += "<button>Explain</button></form>\n"
    for job in status.targets.jobs {
      let all = job.read.count + job.containers.count + job.left.count
      let active = job.active.count + job.containers.count
      body += "<h2>\(escape(job.name)) <span class=count>\(active)/\(all) active targets</span></h2>\n"
      for source in job.sources { body += note(source) }
      if all == 0 { continue }
      body += "<table><tr><th>Discovered labels</th><th>After relabelling</th></tr>\n"
      for active in job.active {
        body += row(active, job, "reads <code>\(escape(active.target.path))</code>")
      }
      for container in job.containers {
        body += "<tr><td>\(labels(container.discovered))</td><td>"
        body += container.labels.map { "<div>\(labels($0))</div>" }.joined()
        body += "<div>reads the container's log</div>\(steps(container.discovered, job))</td></tr>\n"
      }
      for held in job.held.held {
        body += row(
          held.active, job, "its pod is gone; reads <code>\(escape(held.active.target.path))</code> to the end")
      }
      for left in job.left {
        body += "<tr><td>\(labels(left.discovered))</td><td><span class=no>\(escape(reason(left, job)))</span>"
        body += "\(steps(left.discovered, job))</td></tr>\n"
      }
      body += "</table>\n"
    }
    if status.targets.jobs.isEmpty { body += "<p>No job is configured.</p>\n" }
    return page("Service discovery", body)
  }

  private func row(_ active: FileTargets.Active, _ job: JobTargets.Job, _ note: String) -> String {
    "<tr><td>\(labels(active.discovered))</td><td>\(labels(active.target.labels))<div>\(note)</div>"
      + "\(steps(active.discovered, job))</td></tr>\n"
  }

  /// What each rule did, folded away.
  private func steps(_ discovered: LabelSet, _ job: JobTargets.Job) -> String {
    let steps = job.relabeler.explain(discovered)
    if steps.isEmpty { return "" }
    var out = "<details><summary>\(steps.count) rule\(steps.count == 1 ? "" : "s")</summary><ol>"
    for step in steps {
      let line = step.rule.location.line > 0 ? " <span class=count>line \(step.rule.location.line)</span>" : ""
      let effect: String
      switch step.verdict {
      case .unchanged: effect = "no change, saw <code>\(escape(GoQuote.quote(step.value)))</code>"
      case .dropped: effect = "<span class=no>dropped</span>, saw <code>\(escape(GoQuote.quote(step.value)))</code>"
      case .changed:
        effect = Explanation.Target.changes(step).map { "<code>\(escape($0))</code>" }.joined(separator: " ")
      }
      out += "<li>\(escape(Explanation.Target.summary(step.rule)))\(line): \(effect)</li>"
    }
    return out + "</ol></details>"
  }

  /// How a discovery fares.
  func note(_ source: DiscoveredJob.Source) -> String {
    let count = source.targetCount
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
    case .exists:
      return left.discovered["__meta_docker_container_id"] != nil
        && job.containers.contains {
          $0.discovered["__meta_docker_container_id"] == left.discovered["__meta_docker_container_id"]
        }
        ? "the container's log is read already, by another of its networks or ports"
        : "target already exists: the same path with the same labels"
    }
  }
}
