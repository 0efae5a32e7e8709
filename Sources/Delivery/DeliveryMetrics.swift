public import Telemetry

/// Why entries were given up, as Promtail's dashboards know the reasons.
public enum DropReason: String, Sendable, CaseIterable {
  case ingesterError = "ingester_error"
  case rateLimited = "rate_limited"
  case streamLimited = "stream_limited"
  case lineTooLong = "line_too_long"
}

/// The `promtail_*` families about pushing. The label host is host:port of the client's URL.
public struct DeliveryMetrics: Sendable {
  let encodedBytes: MetricFamily<Counter>
  let sentBytes: MetricFamily<Counter>
  let sentEntries: MetricFamily<Counter>
  let droppedEntries: MetricFamily<Counter>
  let droppedBytes: MetricFamily<Counter>
  let mutatedEntries: MetricFamily<Counter>
  let mutatedBytes: MetricFamily<Counter>
  let rejectedEntries: MetricFamily<Counter>
  let retries: MetricFamily<Counter>
  let duration: MetricFamily<Histogram>

  public init(_ registry: MetricRegistry) {
    encodedBytes = registry.counter(
      "promtail_encoded_bytes_total", "Compressed bytes of all batches, each counted once.", labels: ["host"])
    sentBytes = registry.counter(
      "promtail_sent_bytes_total", "Compressed bytes of batches that were taken.", labels: ["host"])
    sentEntries = registry.counter("promtail_sent_entries_total", "Entries that were taken.", labels: ["host"])
    let perReason = ["host", "tenant", "reason"]
    droppedEntries = registry.counter("promtail_dropped_entries_total", "Entries given up.", labels: perReason)
    droppedBytes = registry.counter("promtail_dropped_bytes_total", "Bytes given up.", labels: perReason)
    mutatedEntries = registry.counter("promtail_mutated_entries_total", "Entries that were cut.", labels: perReason)
    mutatedBytes = registry.counter("promtail_mutated_bytes_total", "Bytes that were cut off.", labels: perReason)
    rejectedEntries = registry.counter(
      "swiftail_rejected_entries_total", "Entries given up because of the answer, by Loki's names of the reasons.",
      labels: ["host", "tenant", "status", "reason"])
    retries = registry.counter(
      "promtail_batch_retries_total", "Attempts that failed and could be repeated.", labels: ["host", "tenant"])
    duration = registry.histogram(
      "promtail_request_duration_seconds", "Time of each attempt; status_code -1 when no answer came.",
      bounds: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10], labels: ["status_code", "host"])
  }

  /// Entries taken by all clients so far.
  public var entriesSent: UInt64 { sentEntries.snapshot().reduce(0) { $0 + $1.1.current } }

  /// The families that are on the page before anything was sent.
  public func announce(host: String) {
    _ = encodedBytes.with(host)
    _ = sentBytes.with(host)
    _ = sentEntries.with(host)
  }

  /// The series that appear, at zero, with a tenant's first batch.
  func announce(host: String, tenant: String) {
    for reason in DropReason.allCases {
      _ = droppedEntries.with(host, tenant, reason.rawValue)
      _ = droppedBytes.with(host, tenant, reason.rawValue)
      _ = mutatedEntries.with(host, tenant, reason.rawValue)
      _ = mutatedBytes.with(host, tenant, reason.rawValue)
    }
    _ = retries.with(host, tenant)
  }
}
