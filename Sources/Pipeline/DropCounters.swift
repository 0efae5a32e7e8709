import Telemetry

/// `logentry_dropped_lines_total` of one runner. A series is on the page from its first drop on, so it is made then.
struct DropCounters {
  private let registry: MetricRegistry
  /// Reasons of the pipeline, by number.
  private let reasons: [String]
  private var counters: [Counter?]

  init(registry: MetricRegistry, reasons: [String]) {
    self.registry = registry
    self.reasons = reasons
    counters = Array(repeating: nil, count: reasons.count)
  }

  mutating func add(_ reason: Int) {
    if let counter = counters[reason] { return counter.add() }
    let counter = registry.counter(
      "logentry_dropped_lines_total", "Lines that a pipeline discarded.", labels: ["reason"]
    ).with(reasons[reason])
    counters[reason] = counter
    counter.add()
  }

  func add(label: String, value: String) {
    registry.counter(
      "logentry_dropped_lines_by_label_total", "Lines that a limit stage discarded, by the value of its label.",
      labels: ["label_name", "label_value"]
    ).with(label, value).add()
  }
}
