import GoCompat
public import LogModel

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
}

/// A scrape config's `pipeline_stages`, compiled: names have become slots, layouts and expressions are parsed.
///
/// Immutable and shared; what changes per line is in `PipelineRunner`, what is remembered per file in `PipelineState`.
public final class CompiledPipeline: Sendable {
  let stages: [CompiledStage]
  let names: NameTable
  let labelNames: [String]
  /// The most capturing groups of any expression.
  let groupCount: Int
  /// Pipelines of no stage, or of `cri` alone, run from the read buffer to the wire without slots.
  let shape: Shape

  enum Shape: Sendable { case plain, cri, general }

  init(stages: [CompiledStage], names: NameTable, labelNames: [String]) {
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
extension CompiledPipeline {
  public static func devCRI() -> CompiledPipeline {
    var names = NameTable()
    let stage = CompiledCRI(
      number: 0, time: names.number("time"), stream: names.number("stream"), flags: names.number("flags"),
      content: names.number("content"), tags: names.number("tags"), streamLabel: 0,
      timestamp: CompiledTimestamp(number: 0, source: 0, formats: [.rfc3339Nano], location: nil, fudges: true),
      maxPartialLines: 100, partialLineLimit: nil)
    return CompiledPipeline(stages: [.cri(stage)], names: names, labelNames: ["stream"])
  }
}
