public import Telemetry

/// The families about sources that are no files.
public struct FeedingMetrics: Sendable {
  let entries: Counter
  let behind: Gauge

  public init(_ registry: MetricRegistry) {
    entries = registry.counter(
      "swiftail_source_entries_total", "Entries read from sources that are no files, once for each client."
    ).with()
    behind = registry.gauge(
      "swiftail_sources_behind", "Sources that are not read on because a client does not take batches."
    ).with()
  }
}
