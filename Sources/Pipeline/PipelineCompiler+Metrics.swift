import AgentConfiguration
import Bytes
import GoCompat
import Telemetry

extension PipelineCompiler {
  /// Metrics get their family on the page at start-up; series come with the lines.
  mutating func measure(_ stage: MetricsStage) {
    var metrics = InPlace<CompiledMetrics.Metric>()
    for metric in stage.metrics {
      clocks += 1
      let kind = MetricKind(rawValue: metric.kind.rawValue) ?? .gauge
      // A name may not hold a dash (recorded: metrics).
      let name = metric.prefix + String(metric.name.map { $0 == "-" ? "_" : $0 })
      let family = registry.collector(name, metric.description, kind: kind) {
        CustomMetricFamily(kind: kind, bounds: metric.buckets, maxIdle: metric.maxIdleDuration.nanoseconds)
      }
      metrics.append(
        CompiledMetrics.Metric(
          number: clocks, family: family, source: metric.matchAll ? nil : names.number(metric.source),
          value: metric.value.map { Array($0.utf8) }, action: Self.action(metric), onlyGrows: kind == .counter))
    }
    stages.append(.metrics(CompiledMetrics(metrics: metrics)))
  }

  private static func action(_ metric: MetricsStage.Metric) -> CompiledMetrics.Metric.Action {
    if metric.countEntryBytes { return .entryBytes }
    switch metric.action {
    case .inc: return .step(1)
    case .dec: return .step(-1)
    case .add: return .add(1)
    case .sub: return .add(-1)
    case .set: return .set
    case nil: return .observe
    }
  }
}
