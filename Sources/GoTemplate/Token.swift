/// A word of a template.
struct Token {
  enum Kind: Hashable {
    case text, comment, leftDelimiter, rightDelimiter, space, end
    case identifier, keyword, field, dot, variable, string, rawString, character, number, bool
    case pipe, declare, assign, leftParenthesis, rightParenthesis, comma
  }
  var kind: Kind
  /// As it is in the template; of text, with white space already trimmed.
  var text: ArraySlice<UInt8>
  var offset: Int { text.startIndex }

  var word: String { String(decoding: text, as: UTF8.self) }

  var summary: String {
    switch kind {
    case .end: "the end of the template"
    case .rightDelimiter: "}}"
    case .keyword: "{{\(word)}}"
    default: "\"\(word.prefix(20))\""
    }
  }
}
