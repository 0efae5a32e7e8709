import GoCompat
public import LogModel
import Telemetry

/// A stage with everything decided at start-up.
enum CompiledStage: Sendable {
  case cri(CompiledCRI)
  case json(CompiledJSON)
  case regex(CompiledRegex)
  case logfmt(CompiledLogfmt)
  case labels(CompiledLabels)
  case staticLabels(CompiledStaticLabels)
  case labelDrop(CompiledLabelDrop)
  case timestamp(CompiledTimestamp)
  case output(CompiledOutput)
  case replace(CompiledReplace)
  case template(CompiledTemplate)
  case drop(CompiledDrop)
  case labelAllow(CompiledLabelAllow)
  case tenant(CompiledTenant)
  case structuredMetadata(CompiledStructuredMetadata)
  case decolorize(CompiledDecolorize)
  case sampling(CompiledSampling)
  case pack(CompiledPack)
  case limit(CompiledLimit)
  case eventLogMessage(CompiledEventLogMessage)
  case match(CompiledMatch)
  case multiline(CompiledMultiline)
  case metrics(CompiledMetrics)
}

/// A scrape config's `pipeline_stages`, compiled: names have become slots, layouts and expressions are parsed.
///
/// Immutable and shared; what changes per line is in `PipelineRunner`, what is remembered per file in `PipelineState`.
public final class CompiledPipeline: Sendable {
  let stages: [CompiledStage]
  let names: NameTable
  let labelNames: [String]
  /// The names of slots as bytes, and for each the number of the label of its name.
  let nameBytes: [[UInt8]]
  let labelOfName: [Int?]
  /// Names of structured metadata.
  let metadataNames: [[UInt8]]
  /// Reasons under which drops are counted.
  let dropReasons: [String]
  let registry: MetricRegistry
  /// The most capturing groups of any expression.
  let groupCount: Int
  /// Pipelines of no stage, or of `cri` alone, run from the read buffer to the wire without slots.
  let shape: Shape

  enum Shape: Sendable { case plain, cri, general }

  init(
    stages: [CompiledStage], names: NameTable, labels: NameTable, metadata: NameTable = NameTable(),
    dropReasons: [String] = [], registry: MetricRegistry
  ) {
    self.stages = stages
    self.names = names
    labelNames = labels.names
    nameBytes = names.names.map { Array($0.utf8) }
    labelOfName = names.names.map { labels[$0] }
    metadataNames = metadata.names.map { Array($0.utf8) }
    self.dropReasons = dropReasons
    self.registry = registry
    groupCount =
      stages.map { stage in
        if case .regex(let regex) = stage { return regex.regex.groupCount }
        return 0
      }.max() ?? 0
    if stages.isEmpty {
      shape = .plain
    } else if stages.count == 1, case .cri = stages[0] {
      shape = .cri
    } else {
      shape = .general
    }
  }

  /// What is remembered of one file from its first line on.
  public func makeState(labels: LabelSet) -> PipelineState { PipelineState(labels: labels, names: names) }
}
