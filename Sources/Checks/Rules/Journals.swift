import AgentConfiguration
import GoCompat
import LogModel
import YAMLSource

extension Check {
  static let unknownJournalLabel = Check(
    "unknown-journal-label", "a rule that reads a label which no field of the journal gives"
  ) { configuration, findings in
    for (job, _, path) in journalJobs(configuration) {
      for (number, rule) in job.relabelConfigs.enumerated() {
        for name in rule.sourceLabels where name.hasPrefix("__journal") && !isOfField(name) {
          findings.warn(
            "the journal gives no label \(name)", at: rule.location, path: "\(path).relabel_configs[\(number)]",
            hint: "the field _SYSTEMD_UNIT is called __journal__systemd_unit, MESSAGE_ID __journal_message_id")
        }
      }
    }
  }

  static let unboundedJournalLabel = Check(
    "unbounded-journal-label",
    "a label from a field of the journal that has ever new values, or a labelmap of all fields"
  ) { configuration, findings in
    for (job, _, path) in journalJobs(configuration) {
      for (number, rule) in job.relabelConfigs.enumerated() {
        func warn(_ message: String, _ hint: String) {
          findings.warn(message, at: rule.location, path: "\(path).relabel_configs[\(number)]", hint: hint)
        }
        if rule.action == .labelmap, let field = unboundedFields.first(where: { rule.regex.regex.matches($0) }) {
          warn(
            "the rule makes a label of every field, \(field) too, which has ever new values: each makes a stream of its own",
            "name the fields that are wanted: __journal_(_systemd_unit|_hostname|priority_keyword)")
        }
        guard [.replace, .lowercase, .uppercase].contains(rule.action), !rule.targetLabel.hasPrefix("__") else {
          continue
        }
        if let field = rule.sourceLabels.first(where: unboundedFields.contains) {
          warn(
            "the label \"\(rule.targetLabel)\" is made of \(field), which has ever new values: each makes a stream of its own",
            "leave it out; with json: true it stands in the line")
        }
      }
    }
  }

  static let journalInOneStream = Check(
    "journal-in-one-stream", "a journal whose entries have no label of their own, so that all are one stream"
  ) { configuration, findings in
    for (job, journal, path) in journalJobs(configuration) {
      let hasLabels = job.relabelConfigs.contains { rule in
        switch rule.action {
        case .labelmap: true
        case .replace, .lowercase, .uppercase, .hashmod:
          !rule.targetLabel.hasPrefix("__") && rule.sourceLabels.contains { $0.hasPrefix("__journal") }
        default: false
        }
      }
      if hasLabels || job.allStages(path: "").contains(where: { $0.stage.name == "labels" }) { continue }
      let hasAny = !journal.labels.isEmpty || job.relabelConfigs.contains { !$0.targetLabel.hasPrefix("__") }
      findings.warn(
        hasAny
          ? "all entries of the journal become one stream: no rule makes a label of their fields"
          : "every entry of the journal is dropped: it has neither labels nor a rule that makes one",
        at: journal.location,
        path: "\(path).journal",
        hint: "add a rule: {source_labels: [__journal__systemd_unit], target_label: unit}")
    }
  }

  static let journalPath = Check(
    "journal-path", "a path that is no folder of journals, fits one machine only, or is missing in a container"
  ) { configuration, findings in
    let isInCluster = configuration.scrapeConfigs.contains { !$0.kubernetesDiscoveries.isEmpty }
    for (_, journal, path) in journalJobs(configuration) {
      func warn(_ message: String, _ hint: String) {
        findings.warn(message, at: journal.location, path: "\(path).journal.path", hint: hint)
      }
      let last = journal.path.split(separator: "/").last.map(String.init) ?? ""
      if journal.path.isEmpty {
        if isInCluster {
          warn(
            "without a path the journal is looked for by /etc/machine-id, which in a container is not the node's",
            "set path: /var/log/journal, and mount the node's folder there")
        }
      } else if last.hasSuffix(".journal") || last.hasSuffix(".journal~") {
        warn("path \(journal.path) is a file, and folders are read", "name its folder")
      } else if journal.path.contains("*") {
        warn(
          "path \(journal.path) is a pattern, and patterns are not expanded here",
          "name the folder; the folders of machines under it are read too")
      } else if !journal.path.hasPrefix("/") {
        warn("path \(journal.path) counts from wherever the agent is started", "write it from the root on")
      } else if ["/var/log", "/run/log", "/", "/var", "/run"].contains(
        "/" + journal.path.split(separator: "/").joined(separator: "/"))
      {
        warn(
          "path \(journal.path) holds no files of a journal: only it and folders named by a machine id in it are read",
          "write \(journal.path.hasPrefix("/run") ? "/run/log/journal" : "/var/log/journal")")
      } else if last.utf8.count == 32,
        last.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
      {
        warn(
          "path \(journal.path) ends with a machine id, and so fits one machine only",
          "name the folder above it: the folders of machines under it are read")
      }
    }
  }

  private static func journalJobs(_ configuration: AgentConfiguration)
    -> [(job: ScrapeConfiguration, journal: JournalConfiguration, path: String)]
  {
    configuration.scrapeConfigs.enumerated().compactMap { index, job in
      job.readableJournal.map { (job, $0, "scrape_configs[\(index)]") }
    }
  }

  /// Names of fields hold capitals, digits and underscores, those that begin with two underscores are no fields.
  private static func isOfField(_ name: String) -> Bool {
    guard name.hasPrefix("__journal_") else { return false }
    let field = name.dropFirst("__journal_".count)
    return !field.isEmpty && !field.hasPrefix("__")
      && field.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
  }

  private static let unboundedFields = [
    "__journal__pid", "__journal_syslog_pid", "__journal_object_pid", "__journal__source_realtime_timestamp",
    "__journal__source_monotonic_timestamp", "__journal_syslog_timestamp", "__journal_syslog_raw", "__journal_message",
    "__journal__cmdline", "__journal__systemd_invocation_id", "__journal_invocation_id", "__journal__audit_session",
    "__journal__audit_id", "__journal__systemd_session", "__journal__stream_id", "__journal_container_id",
    "__journal_container_id_full", "__journal_job_id", "__journal_tid",
  ]
}
