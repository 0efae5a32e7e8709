internal import Bytes
internal import CPCRE2
import CRE2

/// Where a group matched, in bytes from the start of the text. Both are -1 for a group that took no part.
public struct GroupRange: Hashable, Sendable {
  public var start: Int32
  public var end: Int32

  public init(start: Int32, end: Int32) {
    self.start = start
    self.end = end
  }

  public static let none = GroupRange(start: -1, end: -1)

  @inlinable public var isMatched: Bool { start >= 0 }
  /// Empty for a group that took no part.
  @inlinable public var range: Range<Int> { start < 0 ? 0..<0 : Int(start)..<Int(end) }
}

/// Why an expression cannot be used, in Go's words.
public struct RegexError: Error, Hashable, Sendable, CustomStringConvertible {
  /// `missing closing )`
  public var message: String
  /// The part of the expression that is wrong.
  public var fragment: String
  /// Where the fragment begins, in bytes from the start of the expression; `nil` when that is not known.
  public var position: Int?

  public var description: String { "error parsing regexp: \(message): `\(fragment)`" }
}

/// A compiled regular expression with the syntax and the matches of Go's `regexp`. Safe to use from several threads.
///
/// RE2 does the work. What differs is made up for here: names of groups are kept outside RE2, which would refuse a name
/// given twice, and each byte of the text that is no UTF-8 counts as one U+FFFD.
public final class Regex: Sendable {
  public let pattern: String
  /// Groups in the expression, the whole match (group 0) not counted.
  public let groupCount: Int
  /// By group number; `nil` for the whole match and for groups without a name.
  public let groupNames: [String?]
  private let anchored: Bool
  // RE2 objects are immutable and thread-safe once compiled.
  private nonisolated(unsafe) let expression: OpaquePointer
  // So is machine code of PCRE2. nil where the two might not agree, or no code can be made.
  private nonisolated(unsafe) let machineCode: OpaquePointer?
  /// nil where nothing is known of them.
  private let leading: LeadingBytes?

  /// - Parameter anchored: the expression has to match the whole text, as in relabelling.
  public convenience init(_ pattern: String, anchored: Bool = false) throws(RegexError) {
    try self.init(pattern, anchored: anchored, usesMachineCode: true)
  }

  /// - Parameter usesMachineCode: false leaves everything to RE2, which decides what is right; for tests.
  init(_ pattern: String, anchored: Bool, usesMachineCode: Bool) throws(RegexError) {
    let syntax = try RegexSyntax(pattern)
    expression = try Self.compile(syntax.rewritten, original: pattern)
    let form = usesMachineCode ? BacktrackingForm(syntax.rewritten, anchored: anchored) : nil
    machineCode = form.flatMap { cpcre2_compile($0.pattern, $0.pattern.count) }
    leading = usesMachineCode && !anchored ? LeadingBytes(syntax.rewritten) : nil
    self.pattern = pattern
    self.anchored = anchored
    groupNames = syntax.groupNames
    groupCount = syntax.groupNames.count - 1
  }

  deinit {
    cre2_free(expression)
    if let machineCode { cpcre2_free(machineCode) }
  }

  var hasMachineCode: Bool { machineCode != nil }

  private static func compile(_ pattern: [UInt8], original: String) throws(RegexError) -> OpaquePointer {
    var message = [CChar](repeating: 0, count: 512)
    if let compiled = cre2_compile(pattern, pattern.count, 0, &message, message.count) { return compiled }
    let text = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    throw RegexError(re2: text, pattern: original)
  }

  /// Searches `text` for the first match that begins at `from` or after it.
  /// - Parameter groups: filled from group 0 on, as far as it reaches; `groupCount + 1` hold all. May be empty.
  public func match(
    _ text: UnsafeBufferPointer<UInt8>, from: Int = 0, into groups: UnsafeMutableBufferPointer<GroupRange>
  ) -> Bool {
    if let leading, from == 0 {
      if !leading.fits(text) { return false }
      if leading.isWhole, groups.isEmpty { return true }
    }
    if let machineCode, from == 0, let base = text.baseAddress, UTF8Text.isASCII(text) {
      switch run(machineCode, base, text.count, groups) {
      case 0: return false
      case 1: return true
      default: return search(text, from: from, into: groups)
      }
    }
    guard UTF8Text.isValid(text) else { return matchRepaired(text, from: from, into: groups) }
    return search(text, from: from, into: groups)
  }

  private func run(
    _ code: OpaquePointer, _ base: UnsafePointer<UInt8>, _ length: Int,
    _ groups: UnsafeMutableBufferPointer<GroupRange>
  ) -> Int32 {
    let count = min(groups.count, groupCount + 1)
    guard let start = groups.baseAddress else { return cpcre2_match(code, base, length, nil, 0) }
    return start.withMemoryRebound(to: cpcre2_range.self, capacity: count) {
      cpcre2_match(code, base, length, $0, Int32(count))
    }
  }

  /// Whether the expression matches anywhere in `text` (all of it, if anchored).
  public func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    match(text, into: UnsafeMutableBufferPointer(start: nil, count: 0))
  }

  public func matches(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { matches($0) }
  }

  /// The groups of the first match, group 0 first; `nil` without a match. Allocates: for set-up, not for lines.
  public func firstMatch(_ text: String) -> [GroupRange]? {
    var text = text
    var groups = [GroupRange](repeating: .none, count: groupCount + 1)
    let found = text.withUTF8 { bytes in groups.withUnsafeMutableBufferPointer { match(bytes, into: $0) } }
    return found ? groups : nil
  }

  func search(
    _ text: UnsafeBufferPointer<UInt8>, from: Int, into groups: UnsafeMutableBufferPointer<GroupRange>
  ) -> Bool {
    let count = min(groups.count, groupCount + 1)
    // An empty buffer may have no address, which RE2 would take for a group that took no part.
    var nothing: UInt8 = 0
    return withUnsafePointer(to: &nothing) { place in
      let base = text.baseAddress ?? place
      guard let start = groups.baseAddress else {
        return cre2_match(expression, base, text.count, from, anchored ? 1 : 0, nil, 0) != 0
      }
      return start.withMemoryRebound(to: cre2_range.self, capacity: count) {
        cre2_match(expression, base, text.count, from, anchored ? 1 : 0, $0, Int32(count)) != 0
      }
    }
  }

  /// Searches a copy in which each stray byte is U+FFFD, and maps the groups back.
  private func matchRepaired(
    _ text: UnsafeBufferPointer<UInt8>, from: Int, into groups: UnsafeMutableBufferPointer<GroupRange>
  ) -> Bool {
    let repaired = UTF8Text.Repaired(text)
    let found = repaired.bytes.withUnsafeBufferPointer {
      search($0, from: repaired.offset(ofOriginal: from), into: groups)
    }
    guard found else { return false }
    for index in 0..<min(groups.count, groupCount + 1) where groups[index].isMatched {
      let range = groups[index]
      groups[index] = GroupRange(
        start: Int32(repaired.original(of: Int(range.start))), end: Int32(repaired.original(of: Int(range.end))))
    }
    return true
  }
}
