import AgentConfiguration
import LogModel
import Tailing

/// The agent's own pages in HTML: `/targets` and `/config`, where Promtail's users look.
struct AgentPages: Sendable {
  let status: AgentStatus
  /// What stands before the paths of links.
  let links: String

  func targets() -> String {
    let files = status.files
    var body = "<h1>Targets</h1>\n"
    for job in status.jobs {
      let ready = job.targets.count { !(files[$0] ?? []).isEmpty }
      body += "<h2>\(escape(job.name)) <span class=count>\(ready)/\(job.targets.count) ready</span></h2>\n"
      body += "<table><tr><th>Type</th><th>Ready</th><th>Labels</th><th>Details</th></tr>\n"
      for target in job.targets {
        let found = files[target] ?? []
        var labels = target.labels
        labels["__path__"] = target.path
        body += "<tr><td>File</td><td class=\(found.isEmpty ? "no" : "yes")>\(!found.isEmpty)</td><td>"
        body += labels.labels.map { "<code>\(escape($0.name))=\(escape(GoQuote.quote($0.value)))</code>" }
          .joined(separator: " ")
        body += "</td><td>"
        body +=
          found.isEmpty
          ? "no file matches <code>\(escape(target.path))</code>" : found.map { "<div>\(escape($0))</div>" }.joined()
        body += "</td></tr>\n"
      }
      body += "</table>\n"
    }
    return page("Targets", body)
  }

  func configuration() -> String {
    page("Configuration", "<h1>Configuration</h1>\n<pre>\(escape(status.configuration.yamlText))</pre>\n")
  }

  private func page(_ title: String, _ body: String) -> String {
    """
    <!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport content="width=device-width">
    <title>\(title) · Swiftail</title><style>
    :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
    body { max-width: 72rem; margin: 0 auto; padding: 1rem }
    nav a { margin-right: 1rem } h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-top: 2rem }
    table { border-collapse: collapse; width: 100% } td, th { text-align: left; vertical-align: top; padding: .4rem .6rem;
    border-bottom: 1px solid color-mix(in srgb, currentColor 18%, transparent); overflow-wrap: anywhere }
    code, pre { font: 13px/1.5 ui-monospace, monospace } pre { overflow-x: auto } .count { font-weight: normal; opacity: .7 }
    .yes { color: #178a4c } .no { color: #c2410c }
    </style></head><body><nav><a href="\(links)/targets">Targets</a><a href="\(links)/config">Configuration</a>
    <a href="\(links)/metrics">Metrics</a><a href="\(links)/ready">Ready</a></nav>
    \(body)</body></html>

    """
  }

  private func escape(_ text: String) -> String {
    var out = ""
    for character in text {
      switch character {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      default: out.append(character)
      }
    }
    return out
  }
}
