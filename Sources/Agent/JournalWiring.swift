import AgentConfiguration
import Inputs
import Telemetry

/// From a scrape config to the journal that it reads.
enum JournalWiring {
  static func sources(_ scrapeConfigs: [ScrapeConfiguration], registry: MetricRegistry, log: Log) -> [JobSource] {
    scrapeConfigs.enumerated().compactMap { index, job in
      guard let journal = job.readableJournal, let signature = job.journalSignature else { return nil }
      return JobSource(
        job: index,
        source: JournalSource(
          job: job.jobName, settings: JournalSettings(journal, rules: job.relabelConfigs), signature: signature,
          metrics: JournalMetrics(registry), log: log))
    }
  }
}
