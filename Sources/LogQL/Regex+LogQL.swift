import GoCompat

extension Regex {
  /// - Throws: `LogQLError` with the text that Go's regexp gives, as in Loki's answers.
  convenience init(logQL pattern: String, anchored: Bool = false) throws(LogQLError) {
    do {
      try self.init(pattern, anchored: anchored)
    } catch {
      throw LogQLError(error.description)
    }
  }
}
