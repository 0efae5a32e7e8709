/// Why an expression cannot be used.
public struct JMESPathError: Error, Hashable, Sendable, CustomStringConvertible {
  public var message: String
  /// In bytes from the start of the expression.
  public var position: Int

  public init(_ message: String, at position: Int) {
    self.message = message
    self.position = position
  }

  /// Positions are shown from 1 on, as editors count.
  public var description: String { "\(message) at character \(position + 1)" }
}
