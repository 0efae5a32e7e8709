/// A kind of stage: its name, what it is for, and how its options are read. Help, reference pages and nearest names come
/// from `all`.
public struct StageDeclaration: Sendable {
  public let name: String
  public let aliases: [String]
  public let summary: String
  /// Whether the stage may stand without anything under it.
  let acceptsNothing: Bool
  let read: @Sendable (inout StageOptions) -> StageConfiguration.Options?

  private init(
    _ name: String, aliases: [String] = [], _ summary: String, acceptsNothing: Bool = false,
    read: @escaping @Sendable (inout StageOptions) -> StageConfiguration.Options?
  ) {
    self.name = name
    self.aliases = aliases
    self.summary = summary
    self.acceptsNothing = acceptsNothing
    self.read = read
  }

  /// Letter case counts.
  public static func named(_ name: String) -> StageDeclaration? {
    all.first { $0.name == name || $0.aliases.contains(name) }
  }

  /// In groups, each by name.
  public static let all: [StageDeclaration] = parsing + transforming + labelling + acting

  private static let parsing: [StageDeclaration] = [
    StageDeclaration(
      "cri", "lines of containerd and CRI-O: time, stream, flags and message",
      acceptsNothing: true
    ) { CRIStage(&$0).map(StageConfiguration.Options.cri) },
    StageDeclaration(
      "docker", "lines of Docker's json-file driver: log, stream and time", acceptsNothing: true
    ) { _ in .docker },
    StageDeclaration(
      "eventlogmessage", "the message of a Windows event, key by key", acceptsNothing: true
    ) {
      .eventLogMessage(EventLogMessageStage(&$0))
    },
    StageDeclaration("json", "values of a JSON line, by JMESPath expressions") {
      JSONStage(&$0).map(StageConfiguration.Options.json)
    },
    StageDeclaration("logfmt", "values of a line of key=value pairs") {
      LogfmtStage(&$0).map(StageConfiguration.Options.logfmt)
    },
    StageDeclaration("regex", "the named groups of a regular expression") {
      RegexStage(&$0).map(StageConfiguration.Options.regex)
    },
  ]

  private static let transforming: [StageDeclaration] = [
    StageDeclaration(
      "decolorize", "removes the escape sequences that colour a terminal", acceptsNothing: true
    ) { _ in .decolorize },
    StageDeclaration("geoip", "where an address lies") {
      GeoIPStage(&$0).map(StageConfiguration.Options.geoIP)
    },
    StageDeclaration("multiline", "joins lines to blocks") {
      MultilineStage(&$0).map(StageConfiguration.Options.multiline)
    },
    StageDeclaration("output", "an extracted value becomes the line") {
      OutputStage(&$0).map(StageConfiguration.Options.output)
    },
    StageDeclaration("pack", "puts labels and line into a JSON object", acceptsNothing: true) {
      .pack(PackStage(&$0))
    },
    StageDeclaration("replace", "replaces the groups of a regular expression") {
      ReplaceStage(&$0).map(StageConfiguration.Options.replace)
    },
    StageDeclaration("template", "builds an extracted value from others") {
      TemplateStage(&$0).map(StageConfiguration.Options.template)
    },
    StageDeclaration("timestamp", "the entry's time from an extracted value") {
      TimestampStage(&$0).map(StageConfiguration.Options.timestamp)
    },
  ]

  private static let labelling: [StageDeclaration] = [
    StageDeclaration("labelallow", "keeps only the labels it lists") {
      LabelAllowStage(&$0).map(StageConfiguration.Options.labelAllow)
    },
    StageDeclaration("labeldrop", "removes labels") {
      LabelDropStage(&$0).map(StageConfiguration.Options.labelDrop)
    },
    StageDeclaration("labels", "labels from extracted values", acceptsNothing: true) {
      .labels(LabelsStage(&$0))
    },
    StageDeclaration("static_labels", "labels with fixed values", acceptsNothing: true) {
      .staticLabels(StaticLabelsStage(&$0))
    },
    StageDeclaration(
      "structured_metadata", aliases: ["non_indexed_labels"], "structured metadata from extracted values",
      acceptsNothing: true
    ) { .structuredMetadata(StructuredMetadataStage(&$0)) },
    StageDeclaration("tenant", "chooses the tenant of an entry") {
      TenantStage(&$0).map(StageConfiguration.Options.tenant)
    },
  ]

  private static let acting: [StageDeclaration] = [
    StageDeclaration("drop", "drops entries") {
      DropStage(&$0).map(StageConfiguration.Options.drop)
    },
    StageDeclaration("limit", "limits the rate of entries") {
      LimitStage(&$0).map(StageConfiguration.Options.limit)
    },
    StageDeclaration("match", "stages for the entries that a selector fits") {
      MatchStage(&$0).map(StageConfiguration.Options.match)
    },
    StageDeclaration("metrics", "metrics from extracted values") {
      MetricsStage(&$0).map(StageConfiguration.Options.metrics)
    },
    StageDeclaration("sampling", "keeps a share of the entries") {
      SamplingStage(&$0).map(StageConfiguration.Options.sampling)
    },
  ]
}
