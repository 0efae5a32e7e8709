public import Telemetry

/// What is counted of journals.
public struct JournalMetrics: Sendable {
  let lines: Counter
  /// Entries that cannot be used, by why.
  let noMessage: Counter
  let emptyLabels: Counter
  let corrupt: Counter
  let missed: Counter

  public init(_ registry: MetricRegistry) {
    lines = registry.counter("promtail_journal_target_lines_total", "Entries of journals that were taken.").with()
    let errors = registry.counter(
      "promtail_journal_target_parsing_errors_total", "Entries of journals that could not be used, by why.",
      labels: ["error"])
    noMessage = errors.with("no_message")
    emptyLabels = errors.with("empty_labels")
    corrupt = errors.with("corrupt")
    missed = registry.counter(
      "swiftail_journal_missed_entries_total",
      "Entries that were gone from the journal, or older than max_age, before they were read."
    ).with()
  }
}
