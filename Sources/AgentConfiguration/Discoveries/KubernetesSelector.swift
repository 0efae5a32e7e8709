/// The two small languages in which Kubernetes is told what to select. The API server refuses what is wrong in them; saying
/// so at the start is better than asking in vain.
enum KubernetesSelector {
  /// `key=value,key!=value`; nil when nothing is wrong.
  static func fault(ofFields text: String) -> String? {
    for term in text.split(separator: ",", omittingEmptySubsequences: true) where !term.contains("=") {
      return "invalid field selector \"\(text)\": \"\(term)\" compares nothing"
    }
    return nil
  }

  /// `key`, `!key`, `key=value`, `key==value`, `key!=value`, `key in (a, b)`, `key notin (a, b)`, `key>1`, `key<1`,
  /// separated by commas; nil when nothing is wrong.
  static func fault(ofLabels text: String) -> String? {
    var parser = LabelSelectorText(rest: tokens(text)[...])
    return parser.fault().map { "invalid label selector \"\(text)\": \($0)" }
  }

  private static func tokens(_ text: String) -> [String] {
    var tokens: [String] = []
    var word = ""
    func isOperator(_ text: String) -> Bool { ["=", "==", "!", "!=", ">", "<"].contains(text) }
    for character in text {
      let one = String(character)
      if "(),".contains(character) || isOperator(one) || character.isWhitespace {
        if !word.isEmpty { tokens.append(word) }
        word = ""
        if character.isWhitespace { continue }
        if let last = tokens.last, isOperator(last), isOperator(last + one) {
          tokens[tokens.count - 1] = last + one
        } else {
          tokens.append(one)
        }
      } else {
        word.append(character)
      }
    }
    return word.isEmpty ? tokens : tokens + [word]
  }
}

private struct LabelSelectorText {
  var rest: ArraySlice<String>

  private static let marks: Set<String> = ["(", ")", ",", "=", "==", "!", "!=", ">", "<"]

  mutating func fault() -> String? {
    if rest.isEmpty { return nil }
    while true {
      if let fault = requirement() { return fault }
      guard let next = rest.popFirst() else { return nil }
      if next != "," { return "found \"\(next)\", expected a comma" }
      if rest.isEmpty { return "nothing follows the last comma" }
    }
  }

  private mutating func requirement() -> String? {
    let isNegated = take("!")
    guard let key = rest.popFirst(), isKey(key) else { return "expected the key of a label" }
    if isNegated { return nil }
    switch rest.first {
    case nil, ",": return nil
    case "in", "notin":
      rest.removeFirst()
      return values()
    case "=", "==", "!=", ">", "<":
      let comparison = rest.removeFirst()
      // Nothing is the empty value.
      let value = rest.first.flatMap { Self.marks.contains($0) ? nil : $0 } ?? ""
      if !value.isEmpty { rest.removeFirst() }
      if comparison == ">" || comparison == "<", Int(value) == nil { return "\(comparison) needs a whole number" }
      return isValue(value) ? nil : "\"\(value)\" is no value of a label"
    case .some(let other): return "found \"\(other)\", expected =, !=, in or notin"
    }
  }

  private mutating func values() -> String? {
    guard take("(") else { return "found \"\(rest.first ?? "")\", expected (" }
    while true {
      if let value = rest.first, !Self.marks.contains(value) {
        rest.removeFirst()
        if !isValue(value) { return "\"\(value)\" is no value of a label" }
      }
      if take(")") { return nil }
      if !take(",") { return "the ) is missing" }
    }
  }

  private mutating func take(_ text: String) -> Bool {
    guard rest.first == text else { return false }
    rest.removeFirst()
    return true
  }

  /// An optional prefix, which is a DNS name, and a name.
  private func isKey(_ text: String) -> Bool {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let name = parts.last, !name.isEmpty, isValue(String(name)) else { return false }
    return parts.count == 1 || !parts[0].isEmpty && parts[0].utf8.allSatisfy(isNameByte)
  }

  private func isValue(_ text: String) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last else { return true }
    return text.utf8.count <= 63 && text.utf8.allSatisfy(isNameByte) && isAlphanumeric(first) && isAlphanumeric(last)
  }

  private func isNameByte(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || "-_.".utf8.contains(byte) }

  private func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122: true
    default: false
    }
  }
}
