import AgentConfiguration
import Inputs
import Telemetry

/// From a scrape config to the journal that it reads.
struct JournalWiring {
  private let metrics: JournalMetrics
  private let log: Log

  init(registry: MetricRegistry, log: Log) {
    metrics = JournalMetrics(registry)
    self.log = log
  }

  func sources(_ scrapeConfigs: [ScrapeConfiguration]) -> [JobSource] {
    scrapeConfigs.enumerated().compactMap { index, job in
      guard let journal = job.readableJournal, let signature = job.journalSignature else { return nil }
      return JobSource(
        job: index,
        source: JournalSource(
          job: job.jobName, settings: JournalSettings(journal, rules: job.relabelConfigs), signature: signature,
          metrics: metrics, log: log))
    }
  }
}
