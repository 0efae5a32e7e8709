import GoCompat
public import LogModel

/// One condition on a label: `job=~"a|b"`.
public struct Matcher: Sendable {
  public let name: String
  public let kind: MatchOperator
  public let value: String
  private let expression: Regex?

  /// - Throws: `LogQLError` when `value` is no regular expression where one is wanted.
  public init(_ name: String, _ kind: MatchOperator, _ value: String) throws(LogQLError) {
    self.name = name
    self.kind = kind
    self.value = value
    switch kind {
    case .equal, .notEqual: expression = nil
    case .matches, .notMatches: expression = try Regex(logQL: value, anchored: true)
    }
  }

  /// Whether a value satisfies the condition; a label that is not there has the empty value, as in Prometheus. Regular
  /// expressions must match the whole value.
  public func matches(_ candidate: String) -> Bool {
    switch kind {
    case .equal: candidate == value
    case .notEqual: candidate != value
    case .matches: expression?.matches(candidate) ?? false
    case .notMatches: !(expression?.matches(candidate) ?? false)
    }
  }
}

/// `{job="api", env!="dev"}`
public struct Selector: Sendable {
  public var matchers: [Matcher]

  public init(_ matchers: [Matcher]) { self.matchers = matchers }

  public func matches(_ labels: LabelSet) -> Bool {
    matchers.allSatisfy { $0.matches(labels[$0.name] ?? "") }
  }

  /// Whether every stream could match: such a selector asks for everything, and Loki refuses it.
  var isEmptyCompatible: Bool { matchers.allSatisfy { $0.matches("") } }

  static let emptyCompatibleText =
    "queries require at least one regexp or equality matcher that does not have an empty-compatible value. "
    + "For instance, app=~\".*\" does not meet this requirement, but app=~\".+\" will"
}
