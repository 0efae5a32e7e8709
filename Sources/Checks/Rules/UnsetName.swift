import AgentConfiguration
import YAMLSource

extension Check {
  static let unsetName = Check("unset-name", "a stage that reads a name nobody sets") { configuration, findings in
    for (index, job) in configuration.scrapeConfigs.enumerated() {
      for use in PipelineNames(job, path: "scrape_configs[\(index)]").unset {
        let consequence =
          switch use.stage.options {
          case .timestamp: ": lines keep the time at which they were read"
          case .labels: ": the label is never set"
          case .output: ": the line stays as it is"
          default: ""
          }
        findings.warn(
          use.isSetLater
            ? "stage \"\(use.stage.name)\" reads \"\(use.name)\", which is set only further on\(consequence)"
            : "stage \"\(use.stage.name)\" reads \"\(use.name)\", which no stage sets\(consequence)",
          at: use.stage.location, path: use.path,
          hint: use.isSetLater
            ? "move it behind the stage that sets it" : "extract it before, with regex, json or logfmt")
      }
    }
  }
}
