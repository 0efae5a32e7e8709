import CRE2
import LogModel

/// A compiled regular expression in RE2's syntax, which is Go's.
final class RE2Expression: @unchecked Sendable {
  // Sendable because RE2 objects do not change after they are compiled and may be used from any thread.
  private let expression: OpaquePointer
  let groupNames: [String?]

  /// - Throws: `LogQLError` with the text Go's regexp gives.
  init(_ pattern: String) throws(LogQLError) {
    var pattern = pattern
    var message = [CChar](repeating: 0, count: 512)
    let compiled = pattern.withUTF8 { text in
      message.withUnsafeMutableBufferPointer {
        cre2_compile(text.baseAddress, text.count, 0, $0.baseAddress, $0.count)
      }
    }
    guard let compiled else {
      let text = String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      throw LogQLError("error parsing regexp: " + RE2Expression.asGoSays(text))
    }
    expression = compiled
    groupNames = (0...cre2_group_count(compiled)).map { index in
      cre2_group_name(compiled, index).map { String(cString: $0) }
    }
  }

  deinit { cre2_free(expression) }

  /// Whether some part of `text` matches; `anchored`: whether all of it does.
  func matches(_ text: UnsafeBufferPointer<UInt8>, anchored: Bool = false) -> Bool {
    // An empty buffer may have no address, but RE2 reads from it.
    guard let base = text.baseAddress else {
      var nothing: UInt8 = 0
      return cre2_match(expression, &nothing, 0, 0, anchored ? 1 : 0, nil, 0) == 1
    }
    return cre2_match(expression, base, text.count, 0, anchored ? 1 : 0, nil, 0) == 1
  }

  /// The groups of a match of all of `text`, group 0 first; `nil` when it does not match. Groups that took no part are
  /// empty.
  func groups(_ text: String) -> [String]? {
    var text = text
    var ranges = [cre2_range](repeating: cre2_range(start: -1, end: -1), count: groupNames.count)
    return text.withUTF8 { bytes in
      var nothing: UInt8 = 0
      let isMatch = withUnsafePointer(to: &nothing) { empty in
        cre2_match(expression, bytes.baseAddress ?? empty, bytes.count, 0, 1, &ranges, Int32(ranges.count)) == 1
      }
      guard isMatch else { return nil }
      return ranges.map { $0.start < 0 ? "" : String(decoding: bytes[Int($0.start)..<Int($0.end)], as: UTF8.self) }
    }
  }

  func matches(_ text: String, anchored: Bool) -> Bool {
    var text = text
    return text.withUTF8 { matches($0, anchored: anchored) }
  }

  private static let goTexts: [(re2: String, go: String)] = [
    ("missing ]", "missing closing ]"), ("missing )", "missing closing )"),
    ("invalid perl operator", "invalid or unsupported Perl syntax"),
    ("no argument for repetition operator", "missing argument to repetition operator"),
    ("invalid repetition size", "invalid repeat count"),
    ("bad repetition operator", "invalid nested repetition operator"),
    ("trailing \\", "trailing backslash at end of expression"),
    ("invalid named capture group", "invalid named capture"),
  ]

  private static func asGoSays(_ text: String) -> String {
    guard let colon = text.range(of: ": ") else { return text }
    let kind = String(text[..<colon.lowerBound])
    let known = goTexts.first { $0.re2 == kind }?.go ?? kind
    return "\(known): `\(text[colon.upperBound...])`"
  }
}

extension String {
  /// The first place where `part` stands.
  fileprivate func range(of part: String) -> Range<String.Index>? {
    var index = startIndex
    while index < endIndex {
      if self[index...].hasPrefix(part) { return index..<self.index(index, offsetBy: part.count) }
      index = self.index(after: index)
    }
    return nil
  }
}
