import Bytes
import GoCompat

// Regular expressions. The plain forms of sprig that only tell whether something matches take a broken expression for one
// that does not; all others fail.
extension Function {
  static let expressions: [Function] =
    [
      Function("regexMatch", [.string, .string]) { call in
        .bool((try? matches(call)) ?? false)
      },
      Function("mustRegexMatch", [.string, .string]) { .bool(try matches($0)) },
      Function("regexQuoteMeta", [.string]) { call in
        let special = Set("\\.+*?()|[]{}^$".utf8)
        var out: [UInt8] = []
        for byte in call.bytes(0) {
          if special.contains(byte) { out.append(UInt8(ascii: "\\")) }
          out.append(byte)
        }
        return try call.text(out)
      },
    ]
    + Function("regexFind", [.string, .string]) { call in
      try call.text(try found(call, limit: 1).first ?? [])
    }.alias("mustRegexFind")
    + Function("regexFindAll", [.string, .string, .int]) { call in
      try call.budget.strings(try found(call, limit: call.int(2)))
    }.alias("mustRegexFindAll")
    + Function("regexReplaceAll", [.string, .string, .string]) { call in
      let regex = try call.budget.workspace.regex(call.bytes(0))
      let template = RegexTemplate(call.string(2), for: regex)
      return .string(try replaced(call, regex) { text, groups, out in template.expand(text, groups, into: &out) })
    }.alias("mustRegexReplaceAll")
    + Function("regexReplaceAllLiteral", [.string, .string, .string]) { call in
      let regex = try call.budget.workspace.regex(call.bytes(0))
      let replacement = call.bytes(2)
      return .string(try replaced(call, regex) { _, _, out in out.append(replacement) })
    }.alias("mustRegexReplaceAllLiteral")
    + Function("regexSplit", [.string, .string, .int]) { call in
      try call.budget.strings(try split(call))
    }.alias("mustRegexSplit")

  private static func matches(_ call: Call) throws -> Bool {
    try call.bytes(1).withUnsafeBufferPointer { try call.budget.workspace.regex(call.bytes(0)).matches($0) }
  }

  /// - Parameter limit: 0: none; negative: all.
  private static func found(_ call: Call, limit: Int) throws -> [[UInt8]] {
    let regex = try call.budget.workspace.regex(call.bytes(0))
    let text = call.bytes(1)
    var parts: [[UInt8]] = []
    try text.withUnsafeBufferPointer { bytes in
      try regex.forEachMatch(in: bytes, limit: limit < 0 ? nil : limit) { groups in
        try call.budget.spend(bytes: groups[0].range.count)
        parts.append(Array(bytes[groups[0].range]))
      }
    }
    return parts
  }

  private static func replaced(
    _ call: Call, _ regex: Regex,
    _ replace: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<GroupRange>, inout ByteBuffer) -> Void
  ) throws -> [UInt8] {
    let text = call.bytes(1)
    var out = ByteBuffer(capacity: text.count + 16)
    var end = 0
    try text.withUnsafeBufferPointer { bytes in
      try regex.forEachMatch(in: bytes) { groups in
        let match = groups[0].range
        out.append(UnsafeBufferPointer(rebasing: bytes[end..<match.lowerBound]))
        let start = out.count
        groups.withUnsafeBufferPointer { replace(bytes, $0, &out) }
        try call.budget.spend(bytes: out.count - start)
        end = match.upperBound
      }
      out.append(UnsafeBufferPointer(rebasing: bytes[end...]))
    }
    try call.budget.spend(bytes: text.count)
    return Array(out.bytes)
  }

  /// Go's Regexp.Split.
  private static func split(_ call: Call) throws -> [[UInt8]] {
    let regex = try call.budget.workspace.regex(call.bytes(0))
    let text = call.bytes(1)
    let limit = call.int(2)
    if limit == 0 { return [] }
    if !regex.pattern.isEmpty, text.isEmpty { return [[]] }
    var parts: [[UInt8]] = []
    var start = 0
    var end = 0
    try text.withUnsafeBufferPointer { bytes in
      try regex.forEachMatch(in: bytes, limit: limit < 0 ? nil : limit) { groups in
        try call.budget.spend()
        if limit > 0, parts.count == limit - 1 { return }
        let match = groups[0].range
        end = match.lowerBound
        if match.upperBound != 0 { parts.append(Array(bytes[start..<end])) }
        start = match.upperBound
      }
    }
    if end != text.count { parts.append(Array(text[start...])) }
    return parts
  }
}
