import GoCompat
public import LogModel

/// A stage with everything decided at start-up.
enum Stage: Sendable {
  case cri(CRIStage)
  case json(JSONStage)
  case regex(RegexStage)
  case logfmt(LogfmtStage)
  case labels(LabelsStage)
  case staticLabels(StaticLabelsStage)
  case labelDrop(LabelDropStage)
  case timestamp(TimestampStage)
  case output(OutputStage)
}

/// A scrape config's `pipeline_stages`, compiled: names have become slots, layouts and expressions are parsed.
///
/// Immutable and shared; what changes per line is in `PipelineRunner`, what is remembered per file in `PipelineState`.
public final class CompiledPipeline: Sendable {
  let stages: [Stage]
  let names: NameTable
  let labelNames: [String]
  /// The most capturing groups of any expression.
  let groupCount: Int
  /// Pipelines of no stage, or of `cri` alone, run from the read buffer to the wire without slots.
  let shape: Shape

  enum Shape: Sendable { case plain, cri, general }

  init(stages: [Stage], names: NameTable, labelNames: [String]) {
    self.stages = stages
    self.names = names
    self.labelNames = labelNames
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
