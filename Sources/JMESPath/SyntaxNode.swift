/// An expression's tree (JMESPath specification, Grammar).
indirect enum SyntaxNode: Sendable {
  enum Comparator: Sendable {
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
  }

  case current
  case field(String)
  case literal(JSONValue)
  /// The second with the result of the first: `a.b`, `a[0]`, `a | b`.
  case chain(SyntaxNode, SyntaxNode)
  case index(Int)
  case slice(start: Int?, stop: Int?, step: Int?)
  /// `a[*].b`
  case listProjection(SyntaxNode, SyntaxNode)
  /// `a.*.b`
  case valueProjection(SyntaxNode, SyntaxNode)
  /// `a[?c].b`
  case filterProjection(SyntaxNode, condition: SyntaxNode, SyntaxNode)
  case flatten(SyntaxNode)
  case multiSelectList([SyntaxNode])
  case multiSelectHash([(key: String, value: SyntaxNode)])
  case comparison(Comparator, SyntaxNode, SyntaxNode)
  case or(SyntaxNode, SyntaxNode)
  case and(SyntaxNode, SyntaxNode)
  case not(SyntaxNode)
  /// Names and numbers of arguments are looked at when the expression runs, as in the field's Go programs.
  case function(name: String, arguments: [SyntaxNode], position: Int)
  /// `&a`
  case reference(SyntaxNode)

  /// The names if there is nothing but fields.
  var plainPath: [String]? {
    switch self {
    case .field(let name): [name]
    case .chain(let first, let second): first.plainPath.flatMap { head in second.plainPath.map { head + $0 } }
    default: nil
    }
  }
}
