public import AgentConfiguration
internal import YAMLSource

/// One thing that configurations are looked through for.
public struct Check: Sendable {
  /// Names it in findings and in docs/check.md.
  public let rule: String
  /// What it finds, as a half sentence.
  public let summary: String
  let run: @Sendable (AgentConfiguration, inout Findings) -> Void

  init(
    _ rule: String, _ summary: String, run: @escaping @Sendable (AgentConfiguration, inout Findings) -> Void
  ) {
    self.rule = rule
    self.summary = summary
    self.run = run
  }

  /// All, the gravest first.
  public static let all: [Check] = [
    positionsNotLasting, pathNeverMatches, rotatedNames, kubernetesWithoutPath, unsetName, unboundedLabel,
    dropsEverything, emptyMatch, doubledBackslashes, timeFormat, unparsedContainerLog, dockerStageOnBareLines,
    pathInDockerJob, dockerWithoutLabels, dockerWithoutTLS, readTwice, unknownDockerLabel,
    unknownJournalLabel, unboundedJournalLabel, journalInOneStream, journalPath, noJobLabel, oldPushPath,
    urlPlaceholder, urlCredentials,
    unexpandedVariable, deprecated, grpcWithoutEffect,
  ]

  /// Everything wrong with a configuration, by its place.
  /// - Parameter files: as `AgentConfiguration.load` takes them.
  public static func examine(_ files: [AgentConfiguration.File], environment: [String: String]? = nil) -> [Finding] {
    let (configuration, errors) = AgentConfiguration.examine(files, environment: environment)
    var found = errors.map { Finding(.error, rule: "invalid", $0) }
    let known = Set(errors.map(\.location))
    // What could not be read is not missing, too.
    found += configuration.startErrors.filter { !known.contains($0.location) }.map {
      Finding(.error, rule: "cannot-start", $0)
    }
    found += configuration.warnings.map { Finding(.warning, rule: "ignored", $0) }
    var warnings = Findings()
    for check in all {
      warnings.rule = check.rule
      check.run(configuration, &warnings)
    }
    found += warnings.all
    let order = Dictionary(
      files.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { first, _ in first })
    var seen: Set<Finding> = []
    return found.filter { seen.insert($0).inserted }.sorted { a, b in
      let (x, y) = (order[a.location.file] ?? -1, order[b.location.file] ?? -1)
      return (x, a.location.line, a.location.column) < (y, b.location.line, b.location.column)
    }
  }
}
