import Bytes
import GoCompat

/// JSON as Go's encoding/json reads and writes it: keys sorted, numbers floating.
enum JSONText {
  enum Style { case compact, pretty, raw }

  static func text(_ value: Value, _ style: Style, _ budget: Budget) throws -> [UInt8] {
    var out = ByteBuffer(capacity: 64)
    try append(value, style, budget, to: &out, depth: 0)
    try budget.spend(bytes: out.count)
    return Array(out.bytes)
  }

  private static func append(
    _ value: Value, _ style: Style, _ budget: Budget, to out: inout ByteBuffer, depth: Int
  ) throws {
    guard depth < Budget.depth else { throw TemplateError("values are nested too deeply") }
    try Printing.check(out.count, budget)
    switch value {
    case .missing, .null, .root: out.append("null" as StaticString)
    case .bool(let value): out.append(value ? "true" : "false" as StaticString)
    case .int(let value, .uint64): out.append(String(UInt64(bitPattern: value)))
    case .int(let value, _): GoNumber.appendInteger(value, to: &out)
    case .duration(let duration): GoNumber.appendInteger(duration.nanoseconds, to: &out)
    case .float(let value):
      guard value.isFinite else { throw TemplateError("json: unsupported value: \(GoNumber.general(value))") }
      append(number: value, to: &out)
    case .string(let text): append(string: text, style, to: &out)
    case .time(let time): append(string: time.text(rfc3339), style, to: &out)
    case .version(let version): append(string: Array(version.description.utf8), style, to: &out)
    case .list(let list):
      try append(list.values.count, "[", "]", style, to: &out, depth) { index, out in
        try append(list.values[index], style, budget, to: &out, depth: depth + 1)
      }
    case .dict(let dict):
      let keys = dict.sortedKeys
      try append(keys.count, "{", "}", style, to: &out, depth) { index, out in
        append(string: keys[index], style, to: &out)
        out.append(UInt8(ascii: ":"))
        if style == .pretty { out.append(UInt8(ascii: " ")) }
        try append(dict.entries[keys[index]] ?? .null, style, budget, to: &out, depth: depth + 1)
      }
    }
  }

  private static let rfc3339 = TimeLayout("2006-01-02T15:04:05.999999999Z07:00")

  private static func append(
    _ count: Int, _ open: StaticString, _ close: StaticString, _ style: Style, to out: inout ByteBuffer, _ depth: Int,
    _ element: (Int, inout ByteBuffer) throws -> Void
  ) throws {
    func lineBreak(_ depth: Int, _ out: inout ByteBuffer) {
      if style != .pretty || count == 0 { return }
      out.append(UInt8(ascii: "\n"))
      for _ in 0..<depth { out.append("  " as StaticString) }
    }
    out.append(open)
    for index in 0..<count {
      if index > 0 { out.append(UInt8(ascii: ",")) }
      lineBreak(depth + 1, &out)
      try element(index, &out)
    }
    lineBreak(depth, &out)
    out.append(close)
  }

  private static func append(number: Double, to out: inout ByteBuffer) {
    let start = out.count
    GoNumber.appendJSON(number, to: &out)
    // Exponents of one digit stand without a zero: 1e-7.
    let end = out.count
    if end - start >= 4, out.bytes[end - 4] == UInt8(ascii: "e"), out.bytes[end - 3] == UInt8(ascii: "-"),
      out.bytes[end - 2] == UInt8(ascii: "0")
    {
      let digit = out.bytes[end - 1]
      out.truncate(to: end - 2)
      out.append(digit)
    }
  }

  private static func append(string: [UInt8], _ style: Style, to out: inout ByteBuffer) {
    out.append(UInt8(ascii: "\""))
    for item in Characters(string) {
      switch item.scalar {
      case "\"": out.append("\\\"" as StaticString)
      case "\\": out.append("\\\\" as StaticString)
      case "\n": out.append("\\n" as StaticString)
      case "\r": out.append("\\r" as StaticString)
      case "\t": out.append("\\t" as StaticString)
      case "\u{08}": out.append("\\b" as StaticString)
      case "\u{0C}": out.append("\\f" as StaticString)
      case "<", ">", "&":
        if style == .raw { out.append(item.byte) } else { escape(item.scalar, to: &out) }
      case _ where item.isStray || item.scalar.value < 0x20 || item.scalar == "\u{2028}" || item.scalar == "\u{2029}":
        escape(item.scalar, to: &out)
      default: out.append(Array(string[item.range]))
      }
    }
    out.append(UInt8(ascii: "\""))
  }

  private static func escape(_ scalar: Unicode.Scalar, to out: inout ByteBuffer) {
    out.append("\\u" as StaticString)
    Quoting.appendHex(scalar.value, 4, to: &out)
  }

  // MARK: - Reading

  static func parse(_ text: [UInt8], _ budget: Budget) throws -> Value {
    var reader = Reader(text: text, budget: budget)
    return try reader.document()
  }

  private struct Reader {
    let text: [UInt8]
    let budget: Budget
    var place = 0

    mutating func document() throws -> Value {
      let value = try value(0)
      skipSpace()
      guard place == text.count else { throw wrong() }
      return value
    }

    private func wrong() -> TemplateError { TemplateError("invalid JSON at byte \(place)") }

    private mutating func skipSpace() {
      while place < text.count, [0x20, 9, 10, 13].contains(text[place]) { place += 1 }
    }

    private mutating func take(_ byte: Unicode.Scalar) -> Bool {
      skipSpace()
      guard place < text.count, text[place] == UInt8(ascii: byte) else { return false }
      place += 1
      return true
    }

    private mutating func value(_ depth: Int) throws -> Value {
      try budget.spend()
      guard depth < Budget.depth else { throw TemplateError("JSON is nested too deeply") }
      skipSpace()
      guard place < text.count else { throw wrong() }
      switch text[place] {
      case UInt8(ascii: "{"):
        place += 1
        let dict = try budget.dict()
        if take("}") { return .dict(dict) }
        repeat {
          skipSpace()
          let key = try string()
          guard take(":") else { throw wrong() }
          dict.entries[key] = try value(depth + 1)
        } while take(",")
        guard take("}") else { throw wrong() }
        return .dict(dict)
      case UInt8(ascii: "["):
        place += 1
        var values: [Value] = []
        if take("]") { return try budget.list([]) }
        repeat { values.append(try value(depth + 1)) } while take(",")
        guard take("]") else { throw wrong() }
        return try budget.list(values)
      case UInt8(ascii: "\""): return .string(try string())
      case UInt8(ascii: "t"): return try word("true", .bool(true))
      case UInt8(ascii: "f"): return try word("false", .bool(false))
      case UInt8(ascii: "n"): return try word("null", .null)
      default: return try number()
      }
    }

    private mutating func word(_ word: String, _ value: Value) throws -> Value {
      guard text[place...].starts(with: word.utf8) else { throw wrong() }
      place += word.utf8.count
      return value
    }

    private mutating func digits() throws {
      let start = place
      while place < text.count, text[place] &- 48 <= 9 { place += 1 }
      if place == start { throw wrong() }
    }

    private mutating func number() throws -> Value {
      let start = place
      if text[place] == UInt8(ascii: "-") { place += 1 }
      if place < text.count, text[place] == UInt8(ascii: "0") { place += 1 } else { try digits() }
      if place < text.count, text[place] == UInt8(ascii: ".") {
        place += 1
        try digits()
      }
      if place < text.count, text[place] | 0x20 == UInt8(ascii: "e") {
        place += 1
        if place < text.count, text[place] == UInt8(ascii: "+") || text[place] == UInt8(ascii: "-") { place += 1 }
        try digits()
      }
      let parsed = text[start..<place].withUnsafeBufferPointer { GoNumber.parseJSON($0) }
      guard let parsed else { throw wrong() }
      return .float(parsed)
    }

    private mutating func string() throws -> [UInt8] {
      guard place < text.count, text[place] == UInt8(ascii: "\"") else { throw wrong() }
      place += 1
      var out: [UInt8] = []
      var start = place
      while place < text.count, text[place] != UInt8(ascii: "\"") {
        let byte = text[place]
        if byte < 0x20 { throw wrong() }
        guard byte == UInt8(ascii: "\\") else {
          place += 1
          continue
        }
        out += repaired(text[start..<place])
        place += 1
        try escape(&out)
        start = place
      }
      guard place < text.count else { throw wrong() }
      out += repaired(text[start..<place])
      place += 1
      return out
    }

    private func repaired(_ part: ArraySlice<UInt8>) -> [UInt8] { LetterCase.map(Array(part)) { $0 } }

    private mutating func escape(_ out: inout [UInt8]) throws {
      guard place < text.count else { throw wrong() }
      let byte = text[place]
      place += 1
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(byte)
      case UInt8(ascii: "b"): out.append(8)
      case UInt8(ascii: "f"): out.append(12)
      case UInt8(ascii: "n"): out.append(10)
      case UInt8(ascii: "r"): out.append(13)
      case UInt8(ascii: "t"): out.append(9)
      case UInt8(ascii: "u"):
        var unit = try hex()
        if (0xD800..<0xDC00).contains(unit), text[place...].starts(with: "\\u".utf8) {
          let back = place
          place += 2
          let low = try hex()
          if (0xDC00..<0xE000).contains(low) {
            unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
          } else {
            place = back
          }
        }
        out.append(Unicode.Scalar(unit) ?? "\u{FFFD}")
      default: throw wrong()
      }
    }

    private mutating func hex() throws -> UInt32 {
      guard place + 4 <= text.count else { throw wrong() }
      var value: UInt32 = 0
      for byte in text[place..<place + 4] {
        guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else { throw wrong() }
        value = value << 4 | UInt32(digit)
      }
      place += 4
      return value
    }
  }
}
