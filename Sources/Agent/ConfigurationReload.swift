import AgentConfiguration
import Telemetry
import YAMLSource

/// Takes over a new configuration while the agent runs. Everything that can fail comes before anything is changed.
actor ConfigurationReload {
  /// What is to be done with a configuration that is fit to be used.
  typealias Adoption = @Sendable (AgentConfiguration) throws -> Void

  private var current: LoadedConfiguration
  private let load: @Sendable () throws -> LoadedConfiguration
  private let adopt: Adoption
  private let log: Log
  private let succeeded: Counter
  private let failed: Counter

  /// - Parameters:
  ///   - load: reads the file again and puts the flags over it.
  ///   - adopt: throws before it changes anything, or not at all.
  init(
    _ current: LoadedConfiguration, load: @escaping @Sendable () throws -> LoadedConfiguration,
    registry: MetricRegistry,
    log: Log, adopt: @escaping Adoption
  ) {
    self.current = current
    self.load = load
    self.adopt = adopt
    self.log = log
    succeeded = registry.counter("promtail_config_reload_success_total", "Reloads that took effect.").with()
    failed = registry.counter("promtail_config_reload_fail_total", "Reloads that failed.").with()
  }

  /// - Throws: `ReloadError`; the configuration in force goes on.
  func run() throws(ReloadError) {
    do {
      let new = try load()
      if new.text == current.text { throw ReloadError("config has not changed") }
      let errors = new.configuration.startErrors
      if !errors.isEmpty { throw ReloadError(errors.map(\.description).joined(separator: "\n")) }
      try adopt(new.configuration)
      tell(new.configuration.changes(from: current.configuration))
      for warning in new.configuration.warnings { log.warn(warning.description) }
      current = new
      succeeded.add()
    } catch {
      failed.add()
      log.error("the new configuration is not taken over; the old one goes on", ("reason", String(describing: error)))
      throw ReloadError("failed to reload config: \(error)")
    }
  }

  /// Does something that must not come in the middle of a reload.
  func inOrder(_ body: @Sendable () -> Void) { body() }

  private func tell(_ changes: ConfigurationChanges) {
    log.info(
      "configuration reloaded", ("sections", changes.sections.joined(separator: ",")),
      ("jobs_added", changes.jobsAdded.joined(separator: ",")),
      ("jobs_removed", changes.jobsRemoved.joined(separator: ",")),
      ("jobs_changed", changes.jobsChanged.joined(separator: ",")))
    if !changes.sectionsForRestart.isEmpty {
      log.warn(
        "some changes take effect at the next start only",
        ("sections", changes.sectionsForRestart.joined(separator: ",")))
    }
  }
}
