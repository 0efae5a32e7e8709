import AgentConfiguration
import GoCompat
import LogModel
import YAMLSource

/// Which names are set and which are read along a pipeline.
struct PipelineNames {
  struct Use {
    var name: String
    var stage: StageConfiguration
    var path: String
    /// Whether some stage further on sets it.
    var isSetLater: Bool
  }

  /// Names that are read where nobody has set them.
  private(set) var unset: [Use] = []
  /// Names may come that are not written anywhere: then nothing is unset.
  private var isOpen = false

  init(_ job: ScrapeConfiguration, path: String) {
    var known: Set<String> = ["filename"]
    for target in job.staticConfigs { known.formUnion(target.labels.labels.map(\.name)) }
    if let journal = job.readableJournal { known.formUnion(journal.labels.labels.map(\.name)) }
    for rule in job.relabelConfigs {
      if rule.action == .labelmap || rule.targetLabel.contains("$") { isOpen = true }
      known.insert(rule.targetLabel)
    }
    if !job.discoveries.isEmpty || !job.otherInputs.isEmpty { isOpen = true }
    let later = Self.written(job.pipelineStages)
    walk(job.pipelineStages, path: "\(path).pipeline_stages", known: &known, all: later)
    if isOpen { unset.removeAll { !later.contains($0.name) || !$0.isSetLater } }
  }

  private mutating func walk(
    _ stages: [StageConfiguration], path: String, known: inout Set<String>, all: Set<String>
  ) {
    for (index, stage) in stages.enumerated() {
      let path = "\(path)[\(index)].\(stage.name)"
      for name in Self.read(stage) where !known.contains(name) {
        unset.append(Use(name: name, stage: stage, path: path, isSetLater: all.contains(name)))
      }
      if case .match(let match) = stage.options {
        walk(match.stages, path: "\(path).stages", known: &known, all: all)
      }
      if case .eventLogMessage = stage.options { isOpen = true }
      known.formUnion(Self.set(stage))
    }
  }

  private static func written(_ stages: [StageConfiguration]) -> Set<String> {
    stages.reduce(into: []) { names, stage in
      names.formUnion(set(stage))
      if case .match(let match) = stage.options { names.formUnion(written(match.stages)) }
    }
  }

  /// Names that a stage may set.
  private static func set(_ stage: StageConfiguration) -> Set<String> {
    switch stage.options {
    case .regex(let regex): Set(regex.expression.groupNames.compactMap { $0 })
    case .json(let json): Set(json.expressions.map(\.name))
    case .logfmt(let logfmt): Set(logfmt.mapping.map(\.name))
    case .template(let template): [template.source]
    case .replace(let replace): Set(replace.expression.groupNames.compactMap { $0 })
    case .cri: ["stream", "flags", "timestamp", "content", "time"]
    case .docker: ["output", "stream", "timestamp"]
    case .staticLabels(let labels): Set(labels.labels.labels.map(\.name))
    case .labels(let labels): Set(labels.labels.map(\.name))
    case .geoIP(let geoIP):
      Set(
        [
          "city_name", "country_name", "country_code", "continent_name", "continent_code", "location_latitude",
          "location_longitude", "postal_code", "timezone", "subdivision_name", "subdivision_code",
          "autonomous_system_number", "autonomous_system_organization",
        ].map { "geoip_\($0)" } + geoIP.customLookups.map(\.name))
    default: []
    }
  }

  /// Names that a stage reads.
  private static func read(_ stage: StageConfiguration) -> [String] {
    switch stage.options {
    case .regex(let regex): [regex.source].compactMap { $0 }
    case .json(let json): [json.source].compactMap { $0 }
    case .logfmt(let logfmt): [logfmt.source].compactMap { $0 }
    case .replace(let replace): [replace.source].compactMap { $0 }
    case .timestamp(let timestamp): [timestamp.source]
    case .output(let output): [output.source]
    case .labels(let labels): labels.labels.map(\.source)
    case .structuredMetadata(let metadata): metadata.values.map(\.source)
    case .tenant(.source(let name)): [name]
    case .drop(let drop): drop.sources
    case .geoIP(let geoIP): [geoIP.source]
    case .metrics(let metrics): metrics.metrics.filter { !$0.matchAll }.map(\.source)
    default: []
    }
  }
}

extension ScrapeConfiguration {
  /// All stages, those within `match` too, each with its path.
  func allStages(path: String) -> [(stage: StageConfiguration, path: String)] {
    func flat(_ stages: [StageConfiguration], _ path: String) -> [(stage: StageConfiguration, path: String)] {
      stages.enumerated().flatMap { index, stage -> [(stage: StageConfiguration, path: String)] in
        let own = "\(path)[\(index)].\(stage.name)"
        guard case .match(let match) = stage.options else { return [(stage, own)] }
        return [(stage, own)] + flat(match.stages, "\(own).stages")
      }
    }
    return flat(pipelineStages, "\(path).pipeline_stages")
  }
}
