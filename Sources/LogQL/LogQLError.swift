/// A place in a query: both count from 1, columns in characters.
public struct SourcePosition: Hashable, Sendable {
  public var line: Int
  public var column: Int

  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// Why a query was refused. The text is the one Loki answers with, so that Grafana shows what its users know.
public struct LogQLError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Where, when the fault has one place; `nil` for faults of the query as a whole.
  public var position: SourcePosition?
  /// What is wrong, without the prefix `parse error …`.
  public var message: String
  /// Syntactically right, but nothing this store evaluates.
  public var isUnsupported: Bool
  /// Not a fault of the query itself: the text stands alone, without a prefix.
  var isPlain = false

  public init(_ message: String, at position: SourcePosition? = nil, isUnsupported: Bool = false) {
    self.message = message
    self.position = position
    self.isUnsupported = isUnsupported
  }

  public var description: String {
    if isPlain { return message }
    if isUnsupported {
      return position.map { "not supported at line \($0.line), col \($0.column): \(message)" }
        ?? "not supported: \(message)"
    }
    return position.map { "parse error at line \($0.line), col \($0.column): \(message)" } ?? "parse error : \(message)"
  }
}
