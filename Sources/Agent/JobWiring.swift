import AgentConfiguration
import Decompression
import GoCompat
import Pipeline
import Tailing
import Telemetry
import TextEncoding

/// From a scrape config to what the data path needs of it.
enum JobWiring {
  static func jobs(
    _ scrapeConfigs: [ScrapeConfiguration], _ configuration: AgentConfiguration, _ trial: Trial = Trial(),
    registry: MetricRegistry
  ) -> [DataPathJob] {
    let limits = configuration.limits
    let lineLimit = lineLimit(limits)
    return scrapeConfigs.map { job in
      DataPathJob(
        name: job.jobName, signature: [job.readingSignature, limits.signature].joined(separator: "\n--\n"),
        encoding: encoding(job.encoding), compressed: compressed(job.decompression),
        compile: {
          try CompiledPipeline(
            job.pipelineStages, registry: registry, lineLimit: lineLimit, inspection: trial.inspection)
        })
    }
  }

  static func lineLimit(_ limits: LimitsConfiguration) -> LineLimit? {
    guard limits.readlineRateEnabled else { return nil }
    return LineLimit(rate: limits.readlineRate, burst: limits.readlineBurst, drops: limits.readlineRateDrop)
  }

  static func rotatedLimits(_ limits: LimitsConfiguration) -> RotatedLimits {
    RotatedLimits(
      openFiles: max(1, limits.maxOpenRotated), lagBytes: UInt64(max(0, limits.maxLagBytes.bytes)),
      age: limits.maxRotatedAge.nanoseconds)
  }

  private static func encoding(_ name: String) -> ReadingJob.Encoded? {
    if name.isEmpty { return nil }
    return TextEncoding(named: name).map { .known($0) } ?? .unknown(name)
  }

  private static func compressed(_ decompression: DecompressionConfiguration?) -> ReadingJob.Compressed? {
    guard let decompression, decompression.enabled else { return nil }
    return ReadingJob.Compressed(
      format: CompressionFormat(rawValue: decompression.format),
      initialDelay: decompression.initialDelay.nanoseconds)
  }
}
