public import YAMLSource

extension AgentConfiguration {
  /// One file of a configuration.
  public struct File: Sendable {
    /// How errors name it.
    public var name: String
    public var text: String

    public init(name: String, text: String) {
      self.name = name
      self.text = text
    }
  }

  /// Reads the text of a configuration file.
  /// - Parameters:
  ///   - file: how errors name the text.
  ///   - environment: with it, `${NAME}` and its kin are replaced before the YAML is read (`-config.expand-env`).
  /// - Throws: all that is wrong, as far as one fault does not hide another.
  public static func load(text: String, file: String, environment: [String: String]? = nil)
    throws(ConfigurationErrors) -> AgentConfiguration
  {
    try load([File(name: file, text: text)], environment: environment)
  }

  /// Reads several files as one: jobs and clients add up, every other section may be in one of them only.
  public static func load(_ files: [File], environment: [String: String]? = nil)
    throws(ConfigurationErrors) -> AgentConfiguration
  {
    let (configuration, errors) = examine(files, environment: environment)
    guard errors.isEmpty else { throw ConfigurationErrors(errors) }
    return configuration
  }

  /// Reads as much as can be read, and all that is wrong.
  public static func examine(_ files: [File], environment: [String: String]? = nil)
    -> (configuration: AgentConfiguration, errors: [ConfigurationError])
  {
    var errors = ErrorCollector()
    var configuration = AgentConfiguration()
    do throws(ConfigurationError) {
      var whole: YAMLNode?
      for file in files {
        var text = file.text
        if let environment { text = try EnvironmentExpansion.expand(text, file: file.name) { environment[$0] } }
        let node = try YAMLReader.read(text, file: file.name)
        whole = whole.map { merged($0, node, &errors) } ?? node
      }
      if let whole { configuration.fill(from: whole, path: "", errors: &errors) }
    } catch {
      errors.add(error)
    }
    return (configuration, errors.errors)
  }

  /// The lists of two files put together.
  private static func merged(_ first: YAMLNode, _ second: YAMLNode, _ errors: inout ErrorCollector) -> YAMLNode {
    if second.isNull { return first }
    if first.isNull { return second }
    // What is no mapping is told of when it is read.
    guard var entries = first.mapping, let more = second.mapping else { return first.mapping == nil ? first : second }
    for entry in more {
      guard let place = entries.firstIndex(where: { $0.key.text == entry.key.text }) else {
        entries.append(entry)
        continue
      }
      let known = entries[place]
      if entry.value.isNull { continue }
      if ["scrape_configs", "clients"].contains(entry.key.text), let new = entry.value.list {
        if known.value.isNull {
          entries[place] = entry
        } else if let old = known.value.list {
          entries[place].value.content = .list(old + new)
        }
        continue
      }
      errors.add(
        "the section \(entry.key.text) is in \(known.keyLocation) already", at: entry.keyLocation, path: "",
        hint: "only scrape_configs and clients may be in several files")
    }
    var node = first
    node.content = .mapping(entries)
    return node
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
          "the job name \"\(job.jobName)\" is taken by the job in \(other.file == job.location.file ? "line \(other.line)" : other.description)",
          at: job.location,
          path: "scrape_configs[\(index)]", hint: "give each job a name of its own")
      } else {
        first[job.jobName] = job.location
      }
    }
  }
}
