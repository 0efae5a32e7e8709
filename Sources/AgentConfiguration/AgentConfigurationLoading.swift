public import YAMLSource

extension AgentConfiguration {
  /// Reads the text of a configuration file.
  /// - Parameters:
  ///   - file: how errors name the text.
  ///   - environment: with it, `${NAME}` and its kin are replaced before the YAML is read (`-config.expand-env`).
  /// - Throws: all that is wrong, as far as one fault does not hide another.
  public static func load(text: String, file: String, environment: [String: String]? = nil)
    throws(ConfigurationErrors) -> AgentConfiguration
  {
    var errors = ErrorCollector()
    var configuration = AgentConfiguration()
    do {
      var text = text
      if let environment { text = try EnvironmentExpansion.expand(text, file: file) { environment[$0] } }
      let node = try YAMLReader.read(text, file: file)
      configuration.fill(from: node, path: "", errors: &errors)
    } catch {
      errors.add(error)
    }
    guard errors.errors.isEmpty else { throw ConfigurationErrors(errors.errors) }
    return configuration
  }

  /// A configuration as YAML, everything filled in, secrets as `<secret>`: the page /config and `-print-config-stderr`.
  public var yamlText: String { yaml.text }

  /// Every job needs a name of its own.
  func refuseBadJobNames(errors: inout ErrorCollector) {
    var first: [String: SourceLocation] = [:]
    for (index, job) in scrapeConfigs.enumerated() {
      if job.jobName.isEmpty {
        errors.add("the job has no job_name", at: job.location, path: "scrape_configs[\(index)]")
      } else if let other = first[job.jobName] {
        errors.add(
          "the job name \"\(job.jobName)\" is taken by the job in line \(other.line)", at: job.location,
          path: "scrape_configs[\(index)]", hint: "give each job a name of its own")
      } else {
        first[job.jobName] = job.location
      }
    }
  }
}
