import AgentConfiguration
import Inputs
import Telemetry

/// From a scrape config to the journal that it reads.
enum JournalWiring {
  /// nil where it reads none.
  static func source(_ job: ScrapeConfiguration, registry: MetricRegistry, log: Log) -> JournalSource? {
    guard let journal = job.readableJournal, let signature = job.journalSignature else { return nil }
    return JournalSource(
      job: job.jobName, settings: JournalSettings(journal, rules: job.relabelConfigs), signature: signature,
      metrics: JournalMetrics(registry), log: log)
  }
}
