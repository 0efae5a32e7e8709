/// A kind of stage: its name, what it is for, and how its options are read. Help, reference pages and nearest names come
/// from `all`.
public struct StageDeclaration: Sendable {
  public let name: String
  public let aliases: [String]
  public let summary: String
  public let isInThisVersion: Bool
  /// Whether the stage may stand without anything under it.
  let acceptsNothing: Bool
  let read: @Sendable (inout StageOptions) -> StageConfiguration.Options?

  private init(
    _ name: String, aliases: [String] = [], _ summary: String, isInThisVersion: Bool = false,
    acceptsNothing: Bool = false, read: @escaping @Sendable (inout StageOptions) -> StageConfiguration.Options?
  ) {
    self.name = name
    self.aliases = aliases
    self.summary = summary
    self.isInThisVersion = isInThisVersion
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
      "cri", "lines of containerd and CRI-O: time, stream, flags and message", isInThisVersion: true,
      acceptsNothing: true
    ) { CRIStage(&$0).map(StageConfiguration.Options.cri) },
    StageDeclaration(
      "docker", "lines of Docker's json-file driver: log, stream and time", isInThisVersion: true, acceptsNothing: true
    ) { _ in .docker },
    StageDeclaration(
      "eventlogmessage", "the message of a Windows event, key by key", isInThisVersion: true, acceptsNothing: true
    ) {
      .eventLogMessage(EventLogMessageStage(&$0))
    },
    StageDeclaration("json", "values of a JSON line, by JMESPath expressions", isInThisVersion: true) {
      JSONStage(&$0).map(StageConfiguration.Options.json)
    },
    StageDeclaration("logfmt", "values of a line of key=value pairs", isInThisVersion: true) {
      LogfmtStage(&$0).map(StageConfiguration.Options.logfmt)
    },
    StageDeclaration("regex", "the named groups of a regular expression", isInThisVersion: true) {
      RegexStage(&$0).map(StageConfiguration.Options.regex)
    },
  ]

  private static let transforming: [StageDeclaration] = [
    StageDeclaration(
      "decolorize", "removes the escape sequences that colour a terminal", isInThisVersion: true, acceptsNothing: true
    ) { _ in .decolorize },
    StageDeclaration("geoip", "where an address lies", isInThisVersion: true) {
      GeoIPStage(&$0).map(StageConfiguration.Options.geoIP)
    },
    StageDeclaration("multiline", "joins lines to blocks", isInThisVersion: true) {
      MultilineStage(&$0).map(StageConfiguration.Options.multiline)
    },
    StageDeclaration("output", "an extracted value becomes the line", isInThisVersion: true) {
      OutputStage(&$0).map(StageConfiguration.Options.output)
    },
    StageDeclaration("pack", "puts labels and line into a JSON object", isInThisVersion: true, acceptsNothing: true) {
      .pack(PackStage(&$0))
    },
    StageDeclaration("replace", "replaces the groups of a regular expression", isInThisVersion: true) {
      ReplaceStage(&$0).map(StageConfiguration.Options.replace)
    },
    StageDeclaration("template", "builds an extracted value from others", isInThisVersion: true) {
      TemplateStage(&$0).map(StageConfiguration.Options.template)
    },
    StageDeclaration("timestamp", "the entry's time from an extracted value", isInThisVersion: true) {
      TimestampStage(&$0).map(StageConfiguration.Options.timestamp)
    },
  ]

  private static let labelling: [StageDeclaration] = [
    StageDeclaration("labelallow", "keeps only the labels it lists", isInThisVersion: true) {
      LabelAllowStage(&$0).map(StageConfiguration.Options.labelAllow)
    },
    StageDeclaration("labeldrop", "removes labels", isInThisVersion: true) {
      LabelDropStage(&$0).map(StageConfiguration.Options.labelDrop)
    },
    StageDeclaration("labels", "labels from extracted values", isInThisVersion: true, acceptsNothing: true) {
      .labels(LabelsStage(&$0))
    },
    StageDeclaration("static_labels", "labels with fixed values", isInThisVersion: true, acceptsNothing: true) {
      .staticLabels(StaticLabelsStage(&$0))
    },
    StageDeclaration(
      "structured_metadata", aliases: ["non_indexed_labels"], "structured metadata from extracted values",
      isInThisVersion: true, acceptsNothing: true
    ) { .structuredMetadata(StructuredMetadataStage(&$0)) },
    StageDeclaration("tenant", "chooses the tenant of an entry", isInThisVersion: true) {
      TenantStage(&$0).map(StageConfiguration.Options.tenant)
    },
  ]

  private static let acting: [StageDeclaration] = [
    StageDeclaration("drop", "drops entries", isInThisVersion: true) {
      DropStage(&$0).map(StageConfiguration.Options.drop)
    },
    StageDeclaration("limit", "limits the rate of entries", isInThisVersion: true) {
      LimitStage(&$0).map(StageConfiguration.Options.limit)
    },
    StageDeclaration("match", "stages for the entries that a selector fits", isInThisVersion: true) {
      MatchStage(&$0).map(StageConfiguration.Options.match)
    },
    StageDeclaration("metrics", "metrics from extracted values", isInThisVersion: true) {
      MetricsStage(&$0).map(StageConfiguration.Options.metrics)
    },
    StageDeclaration("sampling", "keeps a share of the entries", isInThisVersion: true) {
      SamplingStage(&$0).map(StageConfiguration.Options.sampling)
    },
  ]
}
