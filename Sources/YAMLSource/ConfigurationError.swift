/// One thing that is wrong with a configuration: where, what, and if possible the way out.
public struct ConfigurationError: Error, Hashable, Sendable {
  public var location: SourceLocation
  /// The path of keys to the place: `scrape_configs[0].static_configs[1]`; empty at the top.
  public var path: String
  public var message: String
  /// The way out, as a half sentence: `did you mean "y"?`.
  public var hint: String?

  public var file: String { location.file }
  public var line: Int { location.line }
  public var column: Int { location.column }

  public init(_ message: String, at location: SourceLocation, path: String = "", hint: String? = nil) {
    self.location = location
    self.path = path
    self.message = message
    self.hint = hint
  }
}

extension ConfigurationError: CustomStringConvertible {
  public var description: String {
    var out = "\(location)"
    if !out.isEmpty { out += ": " }
    out += message
    if !path.isEmpty { out += " in \(path)" }
    if let hint { out += "; \(hint)" }
    return out
  }
}

/// All that is wrong with a configuration, in the order of the file. Never empty when thrown.
public struct ConfigurationErrors: Error, Hashable, Sendable {
  public var errors: [ConfigurationError]

  public init(_ errors: [ConfigurationError]) { self.errors = errors }
}

extension ConfigurationErrors: CustomStringConvertible {
  /// One error a line.
  public var description: String { errors.map(\.description).joined(separator: "\n") }
}
