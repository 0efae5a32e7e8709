/// What has to be known of an expression before RE2 sees it: the names of its groups, and syntax that RE2 takes and Go
/// does not, or the other way round.
struct RegexSyntax {
  /// For RE2: all groups without names.
  private(set) var rewritten: [UInt8] = []
  /// By group number, beginning with the whole match.
  private(set) var groupNames: [String?] = [nil]

  init(_ pattern: String) throws(RegexError) {
    let bytes = Array(pattern.utf8)
    rewritten.reserveCapacity(bytes.count)
    var at = 0
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "\\"): at = try escape(bytes, at)
      case UInt8(ascii: "["): at = characterClass(bytes, at)
      case UInt8(ascii: "("): at = try group(bytes, at)
      default:
        rewritten.append(bytes[at])
        at += 1
      }
    }
  }

  private mutating func escape(_ bytes: [UInt8], _ at: Int) throws(RegexError) -> Int {
    guard at + 1 < bytes.count else {
      rewritten.append(bytes[at])
      return at + 1
    }
    if bytes[at + 1] == UInt8(ascii: "C") {
      throw RegexError(message: "invalid escape sequence", fragment: "\\C", position: at)
    }
    var end = at + 2
    if bytes[at + 1] == UInt8(ascii: "Q") {
      while end < bytes.count,
        !(bytes[end] == UInt8(ascii: "\\") && end + 1 < bytes.count && bytes[end + 1] == UInt8(ascii: "E"))
      {
        end += 1
      }
      end = min(end + 2, bytes.count)
    }
    rewritten += bytes[at..<end]
    return end
  }

  private mutating func characterClass(_ bytes: [UInt8], _ at: Int) -> Int {
    var end = at + 1
    if end < bytes.count, bytes[end] == UInt8(ascii: "^") { end += 1 }
    // A closing bracket at the first place is a member.
    if end < bytes.count, bytes[end] == UInt8(ascii: "]") { end += 1 }
    while end < bytes.count, bytes[end] != UInt8(ascii: "]") {
      if bytes[end] == UInt8(ascii: "\\") {
        end += 2
      } else if bytes[end] == UInt8(ascii: "["), end + 1 < bytes.count, bytes[end + 1] == UInt8(ascii: ":"),
        let close = Self.endOfNamedClass(bytes, end + 2)
      {
        end = close
      } else {
        end += 1
      }
    }
    end = min(end + 1, bytes.count)
    rewritten += bytes[at..<end]
    return end
  }

  private static func endOfNamedClass(_ bytes: [UInt8], _ at: Int) -> Int? {
    var end = at
    while end + 1 < bytes.count {
      if bytes[end] == UInt8(ascii: ":"), bytes[end + 1] == UInt8(ascii: "]") { return end + 2 }
      if bytes[end] == UInt8(ascii: "]") { return nil }
      end += 1
    }
    return nil
  }

  private mutating func group(_ bytes: [UInt8], _ at: Int) throws(RegexError) -> Int {
    let rest = bytes[(at + 1)...]
    rewritten.append(bytes[at])
    guard rest.first == UInt8(ascii: "?") else {
      groupNames.append(nil)
      return at + 1
    }
    let opening: Int
    if rest.starts(with: "?P<".utf8) {
      opening = 3
    } else if rest.starts(with: "?<".utf8) {
      opening = 2
    } else {
      return at + 1
    }
    let name = rest.dropFirst(opening).prefix { $0 != UInt8(ascii: ">") }
    let end = at + 1 + opening + name.count
    guard end < bytes.count, !name.isEmpty, name.allSatisfy(Self.isWord) else {
      let fragment = String(decoding: bytes[at..<min(end + 1, bytes.count)], as: UTF8.self)
      throw RegexError(message: "invalid named capture", fragment: fragment, position: at)
    }
    groupNames.append(String(decoding: name, as: UTF8.self))
    return end + 1
  }

  static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}

extension RegexError {
  /// RE2's and Go's words for the same faults (RE2's re2.h; the constants of Go's regexp/syntax).
  private static let words: [(re2: String, go: String)] = [
    ("invalid escape sequence", "invalid escape sequence"),
    ("invalid character class range", "invalid character class range"),
    ("invalid character class", "invalid character class"),
    ("missing ]", "missing closing ]"),
    ("missing )", "missing closing )"),
    ("unexpected )", "unexpected )"),
    ("trailing \\", "trailing backslash at end of expression"),
    ("no argument for repetition operator", "missing argument to repetition operator"),
    ("invalid repetition size", "invalid repeat count"),
    ("bad repetition operator", "invalid nested repetition operator"),
    ("invalid perl operator", "invalid or unsupported Perl syntax"),
    ("invalid named capture group", "invalid named capture"),
    ("invalid UTF-8", "invalid UTF-8"),
    ("pattern too large", "expression too large"),
  ]

  init(re2 text: String, pattern: String) {
    guard let (re2, go) = Self.words.first(where: { text.hasPrefix($0.re2) }) else {
      self.init(message: text, fragment: pattern, position: nil)
      return
    }
    var fragment = text.dropFirst(re2.count)
    if fragment.hasPrefix(": ") { fragment = fragment.dropFirst(2) }
    let part =
      fragment.isEmpty || go == "missing closing )" || go == "expression too large" ? pattern : String(fragment)
    self.init(message: go, fragment: part, position: pattern.offset(of: part))
  }
}

extension String {
  /// In bytes.
  fileprivate func offset(of part: String) -> Int? {
    let whole = Array(utf8)
    let wanted = Array(part.utf8)
    guard wanted.count <= whole.count else { return nil }
    return (0...(whole.count - wanted.count)).first { whole[$0...].starts(with: wanted) }
  }
}
