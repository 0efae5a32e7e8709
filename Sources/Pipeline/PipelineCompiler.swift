public import AgentConfiguration
import Bytes
import GoCompat
import GoTemplate
import JMESPath
import LogModel
public import Telemetry

extension CompiledPipeline {
  /// Compiles the stages of a scrape config. They must have passed the configuration's checks.
  /// - Parameters:
  ///   - registry: for what the stages count.
  ///   - lineLimit: `limits_config.readline_rate`, where it is in force.
  /// - Throws: what a stage needs of this machine and is not there, such as a database.
  public convenience init(
    _ stages: [StageConfiguration], registry: MetricRegistry, lineLimit: LineLimit? = nil,
    inspection: Inspection = Inspection()
  ) throws(PipelineError) {
    var compiler = PipelineCompiler(registry: registry)
    if let lineLimit { compiler.add(lineLimit) }
    for stage in stages { try compiler.add(stage) }
    self.init(
      stages: compiler.stages, names: compiler.names, labels: compiler.labels, metadata: compiler.metadata,
      constants: compiler.constants, templates: compiler.templates, dropReasons: compiler.reasons.names,
      registry: registry, inspection: inspection)
  }
}

/// Numbers names and turns stages into their compiled form, in order.
struct PipelineCompiler: ~Copyable {
  let registry: MetricRegistry
  var stages = InPlace<CompiledStage>()
  var names = NameTable()
  var labels = NameTable()
  var metadata = NameTable()
  var reasons = NameTable()
  /// Values that the configuration gives.
  var constants: [UInt8] = []
  var templates: [BoundTemplate] = []
  /// Timestamp stages so far: each keeps last known times of its own.
  var clocks: UInt64 = 0

  init(registry: MetricRegistry) { self.registry = registry }

  mutating func add(_ stage: StageConfiguration) throws(PipelineError) {
    switch stage.options {
    case .cri(let cri): stages.append(.cri(compile(cri)))
    case .docker: docker()
    case .json(let json): stages.append(.json(compile(json)))
    case .labelDrop(let drop):
      stages.append(.labelDrop(CompiledLabelDrop(labels: drop.names.map { labels.number($0) })))
    case .labels(let stage):
      stages.append(
        .labels(
          CompiledLabels(
            assignments: stage.labels.map { .init(label: labels.number($0.name), source: names.number($0.source)) })))
    case .logfmt(let logfmt):
      stages.append(
        .logfmt(
          CompiledLogfmt(
            fields: logfmt.mapping.map { .init(key: Array($0.source.utf8), slot: names.number($0.name)) },
            source: logfmt.source.map { names.number($0) })))
    case .output(let output): stages.append(.output(CompiledOutput(source: names.number(output.source))))
    case .regex(let regex): stages.append(.regex(compile(regex)))
    case .replace(let replace): stages.append(.replace(compile(replace)))
    case .staticLabels(let stage):
      stages.append(
        .staticLabels(
          CompiledStaticLabels(
            assignments: stage.labels.labels.map {
              .init(label: labels.number($0.name), value: constant($0.value))
            })))
    case .template(let template): stages.append(.template(compile(template)))
    case .timestamp(let timestamp):
      stages.append(
        .timestamp(
          clock(
            source: timestamp.source, [timestamp.format] + timestamp.fallbackFormats, timestamp.location,
            fudges: timestamp.actionOnFailure == .fudge)))
    case .decolorize, .eventLogMessage, .multiline, .pack: reshape(stage)
    case .labelAllow, .structuredMetadata, .tenant: relabel(stage)
    case .drop, .limit, .match, .sampling: try act(stage)
    case .metrics(let metrics): measure(metrics)
    case .geoIP(let geoIP): try locate(geoIP, line: stage.line)
    }
  }

  private mutating func compile(_ stage: ReplaceStage) -> CompiledReplace {
    CompiledReplace(
      regex: stage.expression,
      groupSlots: stage.expression.groupNames.map { name in name.map { names.number($0) } },
      source: stage.source.map { names.number($0) },
      replacement: stage.replacement.map { number(of: $0, seesLine: false) })
  }

  private mutating func compile(_ stage: TemplateStage) -> CompiledTemplate {
    CompiledTemplate(
      source: names.number(stage.source), template: stage.template.map { number(of: $0, seesLine: true) })
  }

  private mutating func number(of template: Template, seesLine: Bool) -> Int {
    templates.append(BoundTemplate(template, seesLine: seesLine, &names))
    return templates.count - 1
  }

  /// Where a value of the configuration lies in every file's constants.
  mutating func constant(_ text: String) -> Slice { constant(Array(text.utf8)) }

  mutating func constant(_ bytes: [UInt8]) -> Slice {
    constants += bytes
    return Slice(.fixed, constants.count - bytes.count, bytes.count)
  }

  private mutating func clock(
    source: String, _ formats: [TimestampFormat], _ location: TimeZoneRules?, fudges: Bool
  ) -> CompiledTimestamp {
    clocks += 1
    return CompiledTimestamp(
      number: clocks, source: names.number(source), formats: InPlace(formats), location: location, fudges: fudges,
      startsWithRFC3339: formats.first?.isRFC3339 ?? false)
  }

  private mutating func compile(_ cri: CRIStage) -> CompiledCRI {
    let timestamp = clock(source: "time", [.rfc3339Nano], nil, fudges: true)
    return CompiledCRI(
      number: timestamp.number, time: names.number("time"), stream: names.number("stream"),
      flags: names.number("flags"), content: names.number("content"), tags: names.number("tags"),
      streamLabel: labels.number("stream"), timestamp: timestamp, maxPartialLines: cri.maxPartialLines,
      partialLineLimit: cri.maxPartialLineSizeTruncate ? cri.maxPartialLineSize : nil)
  }

  /// `docker` stands for four stages (Promtail's documentation, docker stage).
  private mutating func docker() {
    let fields = [("log", "output"), ("stream", "stream"), ("time", "timestamp")]
    var table = FieldTable()
    for (field, _) in fields { table.add([field]) }
    stages.append(
      .json(
        CompiledJSON(
          fields: table, fieldSlots: fields.map { names.number($0.1) }, expressions: [], source: nil,
          dropsMalformed: false)))
    stages.append(
      .labels(CompiledLabels(assignments: [.init(label: labels.number("stream"), source: names.number("stream"))])))
    stages.append(.timestamp(clock(source: "timestamp", [.rfc3339Nano], nil, fudges: true)))
    stages.append(.output(CompiledOutput(source: names.number("output"))))
  }

  private mutating func compile(_ json: JSONStage) -> CompiledJSON {
    var fields = FieldTable()
    var slots: [Int] = []
    var expressions: [CompiledJSON.Extraction] = []
    for item in json.expressions {
      let slot = names.number(item.name)
      if let path = item.expression.plainPath {
        fields.add(path)
        slots.append(slot)
      } else {
        expressions.append(.init(slot: slot, expression: item.expression))
      }
    }
    return CompiledJSON(
      fields: fields, fieldSlots: slots, expressions: expressions, source: json.source.map { names.number($0) },
      dropsMalformed: json.dropMalformed)
  }

  private mutating func compile(_ regex: RegexStage) -> CompiledRegex {
    var groups: [CompiledRegex.Group] = []
    for (number, name) in regex.expression.groupNames.enumerated() {
      if let name { groups.append(.init(number: number, slot: names.number(name))) }
    }
    return CompiledRegex(
      regex: regex.expression, groups: groups, source: regex.source.map { names.number($0) })
  }
}
