public import YAMLSource

/// Something that a check has found in a configuration.
public struct Finding: Hashable, Sendable {
  public enum Severity: String, Sendable, CaseIterable {
    /// The agent does not start with it.
    case error
    /// It is legal and does harm, or not what its author expects.
    case warning
  }

  public var severity: Severity
  /// Which check found it: `unset-name`, `positions-not-lasting` …
  public var rule: String
  public var message: String
  /// The way out, as a half sentence.
  public var hint: String?
  /// The path of keys to the place.
  public var path: String
  public var location: SourceLocation

  init(_ severity: Severity, rule: String, _ error: ConfigurationError) {
    self.severity = severity
    self.rule = rule
    message = error.message
    hint = error.hint
    path = error.path
    location = error.location
  }
}

/// Takes what a check finds.
struct Findings {
  private(set) var all: [Finding] = []
  var rule = ""

  mutating func warn(_ message: String, at location: SourceLocation, path: String = "", hint: String? = nil) {
    all.append(
      Finding(.warning, rule: rule, ConfigurationError(message, at: location, path: path, hint: hint)))
  }
}
