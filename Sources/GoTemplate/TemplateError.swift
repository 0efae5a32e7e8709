/// Why a template cannot be used, or failed while it ran.
public struct TemplateError: Error, Hashable, Sendable, CustomStringConvertible {
  /// `function "x" not defined`
  public var message: String
  /// Of the template's text, from 1; 0 when the place is not known.
  public var line: Int
  /// In bytes, from 1.
  public var column: Int

  init(_ message: String, line: Int = 0, column: Int = 0) {
    self.message = message
    self.line = line
    self.column = column
  }

  init(_ message: String, at offset: Int, in text: [UInt8]) {
    let before = text.prefix(offset)
    let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    self.init(
      message, line: before.reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }, column: before.count - start + 1)
  }

  public var description: String { line == 0 ? message : "\(message) (line \(line), column \(column) of the template)" }
}
