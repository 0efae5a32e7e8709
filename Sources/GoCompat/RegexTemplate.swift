public import Bytes

/// A replacement text with references to groups, compiled for one expression: `$1`, `${1}`, `$name`, `${name}` and `$$`
/// for a dollar sign, as in Go's `Regexp.Expand`. A reference to a group that does not exist stands for nothing.
public struct RegexTemplate: Sendable {
  private enum Part: Sendable {
    case text([UInt8])
    /// The first of these groups that took part.
    case groups([Int])
  }

  private var parts: [Part] = []
  /// The template itself where it is the same text for every match.
  private var constant: String?

  public init(_ template: String, for regex: Regex) {
    var text: [UInt8] = []
    var rest = Array(template.utf8)[...]
    while let byte = rest.first {
      guard byte == UInt8(ascii: "$") else {
        text.append(byte)
        rest = rest.dropFirst()
        continue
      }
      if rest.dropFirst().first == UInt8(ascii: "$") {
        text.append(byte)
        rest = rest.dropFirst(2)
      } else if let (name, length) = Self.reference(rest) {
        if !text.isEmpty { parts.append(.text(text)) }
        text = []
        parts.append(.groups(Self.groups(name, regex)))
        rest = rest.dropFirst(length)
      } else {
        text.append(byte)
        rest = rest.dropFirst()
      }
    }
    if !text.isEmpty { parts.append(.text(text)) }
    if parts.isEmpty { constant = "" }
    if parts.count == 1, case .text(let text) = parts[0] { constant = String(decoding: text, as: UTF8.self) }
  }

  /// Whether the template is the same text for every match.
  public var isConstant: Bool { constant != nil }

  /// Appends the template, references replaced by what `groups` say of `text`.
  public func expand(
    _ text: UnsafeBufferPointer<UInt8>, _ groups: UnsafeBufferPointer<GroupRange>, into out: inout ByteBuffer
  ) {
    for part in parts {
      switch part {
      case .text(let bytes): out.append(bytes)
      case .groups(let indices):
        if let index = indices.first(where: { $0 < groups.count && groups[$0].isMatched }) {
          out.append(UnsafeBufferPointer(rebasing: text[groups[index].range]))
        }
      }
    }
  }

  /// As `expand`, for text that is at hand as a string.
  public func expand(_ text: String, _ groups: [GroupRange]) -> String {
    if let constant { return constant }
    // What is copied as a whole, as by most rules, shares its memory.
    if parts.count == 1, case .groups(let indices) = parts[0],
      let index = indices.first(where: { $0 < groups.count && groups[$0].isMatched }),
      groups[index].range == 0..<text.utf8.count
    {
      return text
    }
    var out = ByteBuffer(capacity: text.utf8.count + 16)
    var text = text
    text.withUTF8 { bytes in groups.withUnsafeBufferPointer { expand(bytes, $0, into: &out) } }
    return String(decoding: out.bytes, as: UTF8.self)
  }

  private static func reference(_ rest: ArraySlice<UInt8>) -> (name: String, length: Int)? {
    let body = rest.dropFirst()
    if body.first == UInt8(ascii: "{") {
      let inner = body.dropFirst().prefix { $0 != UInt8(ascii: "}") }
      guard !inner.isEmpty, rest.count > inner.count + 2 else { return nil }
      let name = String(decoding: inner, as: UTF8.self)
      guard name.unicodeScalars.allSatisfy(isNamePart) else { return nil }
      return (name, inner.count + 3)
    }
    let tail = String(decoding: body, as: UTF8.self)
    let name = String(String.UnicodeScalarView(tail.unicodeScalars.prefix(while: isNamePart)))
    return name.isEmpty ? nil : (name, name.utf8.count + 1)
  }

  private static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber: true
    default: scalar == "_"
    }
  }

  private static func groups(_ name: String, _ regex: Regex) -> [Int] {
    if name.utf8.allSatisfy({ $0 &- 48 <= 9 }) {
      // Go reads no group numbers with a leading zero.
      guard let number = Int(name), name == "0" || !name.hasPrefix("0"), number <= regex.groupCount else { return [] }
      return [number]
    }
    return regex.groupNames.indices.filter { regex.groupNames[$0] == name }
  }
}
