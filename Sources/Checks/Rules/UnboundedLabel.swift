import AgentConfiguration
import YAMLSource

extension Check {
  static let unboundedLabel = Check(
    "unbounded-label", "a label with ever new values, each of which makes a stream of its own"
  ) { configuration, findings in
    func warn(_ name: String, _ stage: StageConfiguration, _ path: String) {
      findings.warn(
        "the label \"\(name)\" has ever new values: each makes a stream of its own, which is slow to store and to query",
        at: stage.location, path: path,
        hint: "leave it in the line, or make it structured_metadata")
    }
    for (index, job) in configuration.scrapeConfigs.enumerated() {
      for (stage, path) in job.allStages(path: "scrape_configs[\(index)]") {
        guard case .labels(let labels) = stage.options else { continue }
        for label in labels.labels where isUnbounded(label.name) || isUnbounded(label.source) {
          warn(label.name, stage, path)
        }
      }
      for (number, rule) in job.relabelConfigs.enumerated()
      where rule.sourceLabels.contains(where: { unboundedMeta.contains($0) }) && !rule.targetLabel.hasPrefix("__")
        && [.replace, .lowercase, .uppercase].contains(rule.action) && !rule.targetLabel.isEmpty
      {
        findings.warn(
          "the label \"\(rule.targetLabel)\" has a new value for every container or pod that starts",
          at: rule.location, path: "scrape_configs[\(index)].relabel_configs[\(number)]",
          hint: "use a name that stays, or drop the label")
      }
    }
  }

  private static let unboundedMeta: Set<String> = [
    "__meta_docker_container_id", "__meta_kubernetes_pod_uid", "__meta_kubernetes_pod_container_id",
    "__meta_kubernetes_pod_ip", "__meta_docker_network_ip",
  ]

  /// Names that stand for times, texts, addresses and numbers of single requests, whole or as their last word.
  private static func isUnbounded(_ name: String) -> Bool {
    let words = name.lowercased().split(whereSeparator: { "_-.".contains($0) }).map(String.init)
    let joined = words.joined()
    let whole: Set<String> = [
      "time", "timestamp", "ts", "date", "datetime", "message", "msg", "log", "line", "content", "output", "body", "ip",
      "addr", "address", "url", "uri", "path", "query", "pid", "uuid", "guid", "duration", "latency", "bytes", "size",
      "useragent", "agent", "referer", "referrer", "session", "cookie", "stacktrace", "stack", "exception", "user",
      "userid", "email", "requesturi",
    ]
    if whole.contains(joined) { return true }
    if ["traceid", "spanid", "requestid", "correlationid", "sessionid", "transactionid", "reqid", "msgid", "messageid"]
      .contains(where: joined.hasSuffix)
    {
      return true
    }
    return words.count > 1 && ["ip", "addr", "address", "uuid", "timestamp", "time"].contains(words.last ?? "")
  }
}
