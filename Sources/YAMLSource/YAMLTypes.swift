// What a scalar becomes where a type is expected, by the rules of the field's YAML reader.
extension YAMLNode {
  /// Any scalar is text as it was written; null is the empty text.
  public func string(_ path: String) throws(ConfigurationError) -> String {
    guard let scalar else { throw unexpected("text", path) }
    return scalar.kind == .null ? "" : scalar.text
  }

  /// Only text: numbers and truth values are refused, as in pipeline stages.
  public func strictString(_ path: String) throws(ConfigurationError) -> String {
    guard let scalar, scalar.kind == .string else {
      throw unexpected("text", path, hint: scalar.map { "quote it: '\($0.text)'" })
    }
    return scalar.text
  }

  public func bool(_ path: String) throws(ConfigurationError) -> Bool {
    guard let scalar, case .bool(let value) = scalar.kind else { throw unexpected("true or false", path) }
    return value
  }

  /// An integer, or a number with a fraction of zero.
  public func int(_ path: String) throws(ConfigurationError) -> Int {
    switch scalar?.kind {
    case .int(let value): return Int(value)
    case .float(let value):
      if let exact = Int(exactly: value) { return exact }
      throw unexpected("a whole number", path)
    default: throw unexpected("a number", path)
    }
  }

  public func double(_ path: String) throws(ConfigurationError) -> Double {
    switch scalar?.kind {
    case .int(let value): return Double(value)
    case .uint(let value): return Double(value)
    case .float(let value): return value
    default: throw unexpected("a number", path)
    }
  }

  /// The items of a list; null is the empty list.
  public func items(_ path: String) throws(ConfigurationError) -> [YAMLNode] {
    if isNull { return [] }
    guard let list else { throw unexpected("a list", path) }
    return list
  }

  public func unexpected(_ wanted: String, _ path: String, hint: String? = nil) -> ConfigurationError {
    ConfigurationError("expected \(wanted), found \(summary)", at: location, path: path, hint: hint)
  }
}
