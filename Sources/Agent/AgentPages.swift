import AgentConfiguration
import Inputs
import LogModel
import Tailing

/// The agent's own pages in HTML, where Promtail's users look: `/targets`, `/config`.
struct AgentPages: Sendable {
  let status: AgentStatus
  /// What stands before the paths of links.
  let links: String
  /// Whether the console is at the root.
  var hasConsole = false

  func targets() -> String {
    let files = status.files
    let sources = status.sourceStatuses
    var body = "<h1>Targets</h1>\n"
    for job in status.targets.jobs {
      let read = (job.containers.map(\.source.key) + (job.journal.map { [$0.key] } ?? [])).map { isRead(sources[$0]) }
      let ready = job.active.count { !files[$0.target].isEmpty } + read.count { $0 }
      let all = job.active.count + read.count
      body += "<h2>\(escape(job.name)) <span class=count>\(ready)/\(all) ready</span></h2>\n"
      for source in job.sources { body += note(source) }
      if job.read.isEmpty, read.isEmpty { continue }
      body += "<table><tr><th>Type</th><th>Ready</th><th>Labels</th><th>Details</th></tr>\n"
      for target in job.read.map(\.target) {
        let found = files[target]
        var labels = target.labels
        labels["__path__"] = target.path
        body += "<tr><td>File</td><td class=\(found.isEmpty ? "no" : "yes")>\(!found.isEmpty)</td>"
        body += "<td>\(self.labels(labels))</td><td>"
        body +=
          found.isEmpty
          ? "no file matches <code>\(escape(target.path))</code>" : found.map { "<div>\(escape($0))</div>" }.joined()
        body += "</td></tr>\n"
      }
      for container in job.containers { body += row(container, sources[container.source.key] ?? []) }
      if let journal = job.journal { body += row(journal, sources[journal.key] ?? []) }
      body += "</table>\n"
    }
    if status.targets.jobs.isEmpty { body += "<p>No job is configured.</p>\n" }
    return page("Targets", body)
  }

  func configuration() -> String {
    page("Configuration", "<h1>Configuration</h1>\n<pre>\(escape(status.configuration.yamlText))</pre>\n")
  }

  /// A frame around a page.
  func page(_ title: String, _ body: String) -> String {
    let pages =
      (hasConsole ? [("", "Logs")] : []) + [
        ("targets", "Targets"), ("service-discovery", "Service discovery"), ("config", "Configuration"),
        ("metrics", "Metrics"), ("ready", "Ready"),
      ]
    let navigation = pages.map { path, name in
      "<a href=\"\(escape(links))/\(path)\"\(name == title ? " aria-current=page" : "")>\(name)</a>"
    }.joined(separator: "\n")
    return """
      <!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport content="width=device-width">
      <title>\(title) · Swiftail</title><style>\(Self.style)</style></head>
      <body><nav>\(navigation)</nav>
      \(body)</body></html>

      """
  }

  private static let style = """
    :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; --line: color-mix(in srgb, currentColor 16%, transparent);
    --soft: color-mix(in srgb, currentColor 6%, transparent); --good: light-dark(#137a43, #5bd697); --bad: light-dark(#b23c0a, #ff9d6e) }
    body { max-width: 76rem; margin: 0 auto; padding: 1rem 1.25rem 4rem }
    nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding-bottom: .75rem; border-bottom: 1px solid var(--line) }
    nav a { color: inherit; text-decoration: none; opacity: .75 } nav a:hover, nav a[aria-current] { opacity: 1 }
    nav a[aria-current] { font-weight: 600 }
    h1 { font-size: 1.4rem; margin: 1.25rem 0 .5rem } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
    table { border-collapse: collapse; width: 100% } td, th { text-align: left; vertical-align: top; padding: .45rem .6rem;
    border-bottom: 1px solid var(--line); overflow-wrap: anywhere } th { font-size: .8rem; opacity: .7 }
    code, pre { font: 12.5px/1.6 ui-monospace, monospace } pre { overflow-x: auto; background: var(--soft); padding: 1rem;
    border-radius: .5rem } .labels code { display: inline-block; background: var(--soft); border-radius: .3rem; padding: 0 .35rem;
    margin: 0 .2rem .2rem 0 } .count { font-weight: normal; opacity: .7 } .yes { color: var(--good) } .no { color: var(--bad) }
    form { margin: .5rem 0 } input { font: inherit; width: min(26rem, 100%); padding: .25rem .5rem } button { font: inherit; padding: .25rem .75rem }
    .note { margin: .25rem 0; opacity: .85 } details { margin: .4rem 0 } summary { cursor: pointer }
    """

  func labels(_ labels: LabelSet) -> String {
    "<span class=labels>"
      + labels.labels.map { "<code>\(escape($0.name))=\(escape(GoQuote.quote($0.value)))</code>" }
      .joined(separator: " ") + "</span>"
  }

  func escape(_ text: String) -> String {
    var out = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      default: out.unicodeScalars.append(character)
      }
    }
    return out
  }
}
