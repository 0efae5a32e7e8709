import Feeding
import GoCompat
import Inputs
import LogModel

// Sources that are no files, as the pages tell of them.
extension AgentPages {
  /// Whether a source is read for every client.
  func isRead(_ statuses: [SourceStatus]?) -> Bool {
    guard let statuses, !statuses.isEmpty else { return false }
    return statuses.allSatisfy { $0.condition == .reading }
  }

  /// A container on `/targets`.
  func row(_ container: ContainerTargets.Active, _ statuses: [SourceStatus]) -> String {
    let isRead = isRead(statuses)
    let name = container.discovered["__meta_docker_container_name"] ?? ""
    var row = "<tr><td>Docker</td><td class=\(isRead ? "yes" : "no")>\(isRead)</td><td>"
    row += container.labels.map { "<div>\(labels($0))</div>" }.joined()
    row += "</td><td><div><code>\(escape(name))</code>"
    let way = container.source.way
    if !way.isEmpty { row += " through \(escape(way))" }
    return row + "</div>\(conditions(statuses))</td></tr>\n"
  }

  /// A journal on `/targets`.
  func row(_ journal: JournalSource, _ statuses: [SourceStatus]) -> String {
    let isRead = isRead(statuses)
    let place = journal.path.isEmpty ? "the machine's journal" : "<code>\(escape(journal.path))</code>"
    return "<tr><td>Journal</td><td class=\(isRead ? "yes" : "no")>\(isRead)</td><td>\(labels(journal.labels))</td>"
      + "<td><div>\(place)</div>\(conditions(statuses))</td></tr>\n"
  }

  /// What keeps a source from being read, and how far it is; of each client where they differ.
  func conditions(_ statuses: [SourceStatus]) -> String {
    if statuses.isEmpty { return "<div>starting</div>" }
    let areAlike = Set(statuses.map(\.condition)).count == 1
    return (areAlike ? Array(statuses.prefix(1)) : statuses).map { status in
      let client = areAlike ? "" : "\(escape(status.client)): "
      switch status.condition {
      case .reading: return areAlike ? "" : "<div>\(client)is read</div>"
      case .waiting(let reason): return "<div>\(client)\(escape(reason))</div>"
      case .failing(let reason): return "<div class=no>\(client)\(escape(reason))</div>"
      }
    }.joined()
  }
}
