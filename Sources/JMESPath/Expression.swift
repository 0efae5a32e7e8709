/// A JMESPath expression, parsed.
public struct Expression: Sendable {
  public let text: String
  /// The names of fields if the expression is nothing but those (`a`, `a."b.c".d`), so that a caller may walk the document
  /// itself.
  public let plainPath: [String]?
  let root: SyntaxNode

  /// - Throws: the first error of syntax, with its place.
  public init(_ text: String) throws(JMESPathError) {
    self.text = text
    root = try Parser.parse(text)
    plainPath = root.plainPath
  }
}
