/// What the lexer cuts a query into.
struct Token {
  enum Kind: Hashable {
    /// A name: of a label, a function, a stage or a keyword; the parser tells which by its place.
    case identifier
    /// A string literal, unescaped.
    case string
    case number(Double)
    /// Nanoseconds.
    case duration(Int64)
    /// Bytes, from literals such as `12MiB`.
    case bytes(UInt64)
    /// `[5m]`, in nanoseconds.
    case range(Int64)
    /// An operator, a bracket, a comma.
    case symbol
    /// `--strict` and `--keep-empty` of logfmt.
    case flag
    case end
  }

  var kind: Kind
  var text: String
  /// Offset of the first byte in the query.
  var offset: Int

  /// The token as Loki's error texts name it.
  var errorName: String {
    switch kind {
    case .identifier: Token.reserved.contains(text) ? text : "IDENTIFIER"
    case .string: "STRING"
    case .number: "NUMBER"
    case .duration: "DURATION"
    case .bytes: "BYTES"
    case .range: "RANGE"
    case .symbol, .flag: text
    case .end: "$end"
    }
  }

  func isSymbol(_ symbol: String) -> Bool { kind == .symbol && text == symbol }

  func isWord(_ word: String) -> Bool { kind == .identifier && text == word }

  /// Words that error texts name as themselves.
  static let reserved: Set<String> = [
    "by", "without", "on", "ignoring", "group_left", "group_right", "bool", "offset", "and", "or", "unless", "unwrap",
    "json", "logfmt", "regexp", "pattern", "unpack", "line_format", "label_format", "decolorize", "drop", "keep",
    "label_replace", "vector", "ip",
  ]
}
