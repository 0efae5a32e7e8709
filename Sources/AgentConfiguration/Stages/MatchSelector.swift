public import GoCompat
internal import LogModel

/// The selector of a match stage: `{name="value", …}` with `=`, `!=`, `=~`, `!~`, and line filters `|=`, `!=`, `|~`, `!~` behind it.
///
/// It is less than LogQL: no strings in backquotes, no empty braces, no comma after the last matcher (recorded: match).
public struct MatchSelector: Sendable {
  public enum Condition: Sendable {
    case text([UInt8], isNegated: Bool)
    case expression(Regex, isNegated: Bool)
  }

  public struct Matcher: Sendable {
    public var name: String
    /// About the whole value; a missing label is an empty one.
    public var condition: Condition
  }

  public var matchers: [Matcher] = []
  /// About any part of the line.
  public var filters: [Condition] = []

  struct Fault: Error { var description: String }

  init(_ text: String) throws(Fault) {
    var reader = SelectorReader(text)
    guard try reader.operator() == "{" else { throw Fault(description: "a selector begins with {") }
    repeat {
      let name = try reader.name()
      let sign = try reader.operator()
      guard ["=", "!=", "=~", "!~"].contains(sign) else {
        throw Fault(description: "the label \(name) is followed by none of =, !=, =~ and !~")
      }
      matchers.append(Matcher(name: name, condition: try Self.condition(sign, try reader.string(), anchored: true)))
      let next = try reader.operator()
      if next == "}" { break }
      guard next == "," else { throw Fault(description: "a comma or } must follow the label \(name)") }
    } while true
    while try !reader.isAtEnd() {
      let sign = try reader.operator()
      guard ["|=", "!=", "|~", "!~"].contains(sign) else {
        throw Fault(description: "line filters begin with |=, !=, |~ or !~")
      }
      filters.append(try Self.condition(sign, try reader.string(), anchored: false))
    }
  }

  private static func condition(_ sign: String, _ text: String, anchored: Bool) throws(Fault) -> Condition {
    let isNegated = sign.hasPrefix("!")
    guard sign.hasSuffix("~") else { return .text(Array(text.utf8), isNegated: isNegated) }
    do {
      return .expression(try Regex(text, anchored: anchored), isNegated: isNegated)
    } catch {
      throw Fault(description: error.description)
    }
  }
}

/// Takes a selector apart: names, signs and double-quoted strings; blanks and Go's comments between them do not count.
private struct SelectorReader {
  private let text: [UInt8]
  private var place = 0

  init(_ text: String) { self.text = Array(text.utf8) }

  private func byte(_ offset: Int = 0) -> UInt8? { place + offset < text.count ? text[place + offset] : nil }

  mutating func isAtEnd() throws(MatchSelector.Fault) -> Bool {
    while let next = byte() {
      switch (next, byte(1)) {
      case (0x20, _), (0x09, _), (0x0a, _), (0x0d, _): place += 1
      case (0x2f, 0x2f): while let next = byte(), next != 0x0a { place += 1 }
      case (0x2f, 0x2a):
        place += 2
        while byte() != 0x2a || byte(1) != 0x2f {
          if byte() == nil { throw MatchSelector.Fault(description: "a comment does not end") }
          place += 1
        }
        place += 2
      default: return false
      }
    }
    return true
  }

  mutating func `operator`() throws(MatchSelector.Fault) -> String {
    guard try !isAtEnd(), let next = byte() else { throw MatchSelector.Fault(description: "the selector ends early") }
    var sign = String(UnicodeScalar(next))
    place += 1
    if "=!|".contains(sign), let second = byte(), second == 0x3d || second == 0x7e {
      sign.unicodeScalars.append(UnicodeScalar(second))
      place += 1
    }
    return sign
  }

  mutating func name() throws(MatchSelector.Fault) -> String {
    _ = try isAtEnd()
    let start = place
    while let next = byte(),
      (0x41...0x5a).contains(next & 0xDF) || next == 0x5f || (place > start && (0x30...0x39).contains(next))
    {
      place += 1
    }
    if place == start { throw MatchSelector.Fault(description: "a label name is missing") }
    return String(decoding: text[start..<place], as: UTF8.self)
  }

  mutating func string() throws(MatchSelector.Fault) -> String {
    guard try !isAtEnd(), byte() == 0x22 else {
      throw MatchSelector.Fault(description: "a value must stand in double quotes")
    }
    let start = place
    place += 1
    while let next = byte(), next != 0x22 { place += next == 0x5c ? 2 : 1 }
    place += 1
    guard place <= text.count,
      let value = GoQuote.unquote(Substring(String(decoding: text[start..<place], as: UTF8.self)))
    else { throw MatchSelector.Fault(description: "a string in double quotes is broken") }
    return value
  }
}
