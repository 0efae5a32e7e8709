public import YAMLSource

/// One stage of a pipeline, as the file gives it.
public struct StageConfiguration: Sendable {
  public let declaration: StageDeclaration
  public let options: Options
  /// Of the stage's name.
  public let location: SourceLocation

  /// `regex`, `labels` …
  public var name: String { declaration.name }
  /// Where its name stands in the file.
  public var line: Int { location.line }

  public enum Options: Sendable {
    case cri(CRIStage)
    case decolorize
    case docker
    case drop(DropStage)
    case eventLogMessage(EventLogMessageStage)
    case geoIP(GeoIPStage)
    case json(JSONStage)
    case labelAllow(LabelAllowStage)
    case labelDrop(LabelDropStage)
    case labels(LabelsStage)
    case limit(LimitStage)
    case logfmt(LogfmtStage)
    case match(MatchStage)
    case metrics(MetricsStage)
    case multiline(MultilineStage)
    case output(OutputStage)
    case pack(PackStage)
    case regex(RegexStage)
    case replace(ReplaceStage)
    case sampling(SamplingStage)
    case staticLabels(StaticLabelsStage)
    case structuredMetadata(StructuredMetadataStage)
    case template(TemplateStage)
    case tenant(TenantStage)
    case timestamp(TimestampStage)
  }

  /// Deeper pipelines within `match` than any honest file has; keeps reading and compiling from running out of stack.
  static let maxDepth = 64

  /// Reads a list of stages; what is wrong goes to `errors`.
  static func readAll(_ items: [YAMLNode], path: String, depth: Int = 0, errors: inout ErrorCollector)
    -> [StageConfiguration]
  {
    guard depth <= maxDepth else {
      errors.add("stages are nested too deeply", at: items.first?.location ?? .none, path: path)
      return []
    }
    return items.enumerated().compactMap { index, item in
      read(item, path: "\(path)[\(index)]", depth: depth, errors: &errors)
    }
  }

  private static func read(_ item: YAMLNode, path: String, depth: Int, errors: inout ErrorCollector)
    -> StageConfiguration?
  {
    guard let entries = item.mapping, let entry = entries.first else {
      let hint = item.scalar.map { "write it as \"\($0.text):\"" }
      errors.add(
        "a stage is a mapping with its name as key, found \(item.summary)", at: item.location, path: path, hint: hint)
      return nil
    }
    if entries.count > 1 {
      errors.add(
        "an item may name one stage only, found \"\(entry.key.text)\" and \"\(entries[1].key.text)\"",
        at: entries[1].keyLocation, path: path, hint: "begin the second with a dash of its own")
      return nil
    }
    guard let declaration = StageDeclaration.named(entry.key.text) else {
      errors.add(
        "stage \"\(entry.key.text)\" is not known", at: entry.keyLocation, path: path,
        hint: NearestName.hint(for: entry.key.text, among: StageDeclaration.all.flatMap { [$0.name] + $0.aliases }))
      return nil
    }
    var options = StageOptions(entry.value, name: entry.key.text, path: "\(path).\(entry.key.text)", depth: depth)
    let read = options.isUsable(declaration) ? declaration.read(&options) : nil
    for error in options.errors.errors { errors.add(error) }
    guard let read, options.hasNoErrors else { return nil }
    return StageConfiguration(declaration: declaration, options: read, location: entry.keyLocation)
  }
}
