public import Telemetry

/// What is counted of containers' logs.
public struct DockerMetrics: Sendable {
  let entries: Counter
  let malformed: Counter
  let cut: Counter

  public init(_ registry: MetricRegistry) {
    entries = registry.counter("promtail_docker_target_entries_total", "Lines of containers taken.").with()
    malformed = registry.counter(
      "promtail_docker_target_parsing_errors_total", "Lines of containers that did not parse."
    ).with()
    cut = registry.counter(
      "swiftail_docker_cut_lines_total", "Lines of containers that were cut, being longer than 1 MiB."
    ).with()
  }

  func count(_ counts: LogLines.Counts) {
    entries.add(counts.entries)
    if counts.malformed > 0 { malformed.add(counts.malformed) }
    if counts.cut > 0 { cut.add(counts.cut) }
  }
}
