public import GoCompat
internal import YAMLSource

/// Metrics from extracted values.
public struct MetricsStage: Sendable {
  public var metrics: [Metric]

  public struct Metric: Sendable {
    public enum Kind: String, CaseIterable, Sendable {
      case counter, gauge, histogram
    }

    public enum Action: String, Sendable {
      case set, inc, dec, add, sub
    }

    public var name: String
    public var kind: Kind
    public var description: String
    public var prefix: String
    /// The extracted value.
    public var source: String
    /// A series that did not change for so long is forgotten.
    public var maxIdleDuration: GoDuration
    /// `nil` for histograms.
    public var action: Action?
    /// Only lines whose source equals it count.
    public var value: String?
    /// Every line counts.
    public var matchAll: Bool
    /// A counter adds the bytes of the line.
    public var countEntryBytes: Bool
    /// Upper bounds.
    public var buckets: [Double]
  }

  public static let defaultPrefix = "promtail_custom_"
  public static let defaultMaxIdleDuration = GoDuration.seconds(300)
  public static let defaultBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

  init?(_ options: inout StageOptions) {
    guard let entries = options.node.mapping else {
      options.errors.add(options.node.unexpected("a mapping of metrics", options.path))
      return nil
    }
    metrics = []
    for entry in entries {
      var inner = StageOptions(entry.value, name: entry.key.text, path: "\(options.path).\(entry.key.text)")
      if let metric = Metric(&inner) { metrics.append(metric) }
      for error in inner.errors.errors { options.errors.add(error) }
    }
  }
}

extension MetricsStage.Metric {
  fileprivate init?(_ options: inout StageOptions) {
    options.converts = true
    name = options.name
    description = options.string("description") ?? ""
    source = options.string("source") ?? name
    prefix = options.string("prefix") ?? ""
    if prefix.isEmpty { prefix = MetricsStage.defaultPrefix }
    maxIdleDuration = options.duration("max_idle_duration") ?? MetricsStage.defaultMaxIdleDuration
    if maxIdleDuration < .seconds(1) {
      options.refuse("max_idle_duration must be one second at least", "max_idle_duration")
    }
    let type = options.string("type") ?? ""
    guard let kind = Kind(rawValue: type.lowercased()) else {
      let names = Kind.allCases.map(\.rawValue).joined(separator: ", ")
      options.refuse("metric type \"\(type)\" is none of \(names)", "type")
      return nil
    }
    self.kind = kind
    var inner = StageOptions(
      options.entry("config")?.value ?? YAMLNode(.mapping([]), at: options.node.location), name: name,
      path: "\(options.path).config")
    inner.converts = true
    value = inner.string("value")
    matchAll = inner.bool("match_all") ?? false
    countEntryBytes = inner.bool("count_entry_bytes") ?? false
    buckets = Self.buckets(&inner)
    action = Self.action(of: kind, &inner)
    if matchAll, value != nil { inner.refuse("match_all and value exclude each other", "value") }
    if countEntryBytes, !matchAll { inner.refuse("count_entry_bytes needs match_all", "count_entry_bytes") }
    if countEntryBytes, action != .add { inner.refuse("count_entry_bytes needs the action add", "count_entry_bytes") }
    for error in inner.errors.errors { options.errors.add(error) }
  }

  private static func action(of kind: Kind, _ options: inout StageOptions) -> Action? {
    let allowed: [Action]
    switch kind {
    case .counter: allowed = [.inc, .add]
    case .gauge: allowed = [.set, .inc, .dec, .add, .sub]
    case .histogram: return nil
    }
    let text = options.string("action") ?? ""
    if let action = Action(rawValue: text.lowercased()), allowed.contains(action) { return action }
    let names = allowed.map(\.rawValue).joined(separator: ", ")
    options.refuse("a \(kind.rawValue) needs an action, one of \(names)", "action")
    return nil
  }

  private static func buckets(_ options: inout StageOptions) -> [Double] {
    guard let texts = options.strings("buckets"), !texts.isEmpty else { return MetricsStage.defaultBuckets }
    let bounds = texts.compactMap(Double.init)
    if bounds.count < texts.count || zip(bounds, bounds.dropFirst()).contains(where: { $0 >= $1 }) {
      options.refuse("buckets must be numbers in rising order", "buckets")
    }
    return bounds
  }
}
