internal import YAMLSource

/// What differs between two configurations.
public struct ConfigurationChanges: Sendable {
  /// Top-level keys.
  public var sections: [String] = []
  /// Those of them whose change a reload cannot bring into force.
  public var sectionsForRestart: [String] = []
  public var jobsAdded: [String] = []
  public var jobsRemoved: [String] = []
  public var jobsChanged: [String] = []
}

extension AgentConfiguration {
  public func changes(from old: AgentConfiguration) -> ConfigurationChanges {
    var changes = ConfigurationChanges()
    changes.sections = Self.fields.filter { $0.value(self)?.text != $0.value(old)?.text }.map(\.key)
    changes.sectionsForRestart = changes.sections.filter { key in
      switch key {
      case "client", "clients", "scrape_configs", "limits_config", "options", "tracing": false
      // The log and the rule of readiness follow at once.
      case "server":
        {
          var server = old.server
          server.logLevel = self.server.logLevel
          server.logFormat = self.server.logFormat
          server.healthCheckTarget = self.server.healthCheckTarget
          return server.yaml.text != self.server.yaml.text
        }()
      default: true
      }
    }
    let before = Dictionary(old.scrapeConfigs.map { ($0.jobName, $0) }, uniquingKeysWith: { first, _ in first })
    for job in scrapeConfigs {
      guard let known = before[job.jobName] else {
        changes.jobsAdded.append(job.jobName)
        continue
      }
      if !job.isSame(as: known) { changes.jobsChanged.append(job.jobName) }
    }
    let now = Set(scrapeConfigs.map(\.jobName))
    changes.jobsRemoved = old.scrapeConfigs.map(\.jobName).filter { !now.contains($0) }
    return changes
  }
}

extension ScrapeConfiguration {
  /// Whether it would do the same, wherever it stands in the file.
  public func isSame(as other: ScrapeConfiguration) -> Bool {
    yaml.text == other.yaml.text && discoveries == other.discoveries
  }
}
