internal import Bytes
internal import GoCompat

/// Checks a JSON text and writes the tape. Without recursion: depth costs no stack.
struct JSONParser {
  let text: UnsafeBufferPointer<UInt8>
  private var at = 0

  init(text: UnsafeBufferPointer<UInt8>) { self.text = text }

  mutating func run(_ tape: inout JSONTape) -> Bool {
    tape.removeAll()
    skipSpace()
    guard readValue(&tape) else { return false }
    while tape.innermost >= 0 {
      guard readNext(Int(tape.innermost), &tape) else { return false }
    }
    skipSpace()
    return at == text.count
  }

  /// What follows within the innermost open array or object: its end, or one more element.
  private mutating func readNext(_ container: Int, _ tape: inout JSONTape) -> Bool {
    let isObject = tape[container].kind == .object
    skipSpace()
    guard at < text.count else { return false }
    if text[at] == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
      at &+= 1
      // While it was open, `next` named the one around it.
      tape.innermost = tape[container].next
      tape.depth &-= 1
      tape[container].end = Int32(truncatingIfNeeded: at)
      tape[container].next = Int32(truncatingIfNeeded: tape.count)
      return true
    }
    if tape[container].count > 0 {
      guard text[at] == UInt8(ascii: ",") else { return false }
      at &+= 1
      skipSpace()
    }
    if isObject {
      guard at < text.count, text[at] == UInt8(ascii: "\""), readString(&tape) else { return false }
      skipSpace()
      guard at < text.count, text[at] == UInt8(ascii: ":") else { return false }
      at &+= 1
      skipSpace()
    }
    tape[container].count &+= 1
    return readValue(&tape)
  }

  private mutating func readValue(_ tape: inout JSONTape) -> Bool {
    guard at < text.count else { return false }
    switch text[at] {
    case UInt8(ascii: "{"): return begin(.object, &tape)
    case UInt8(ascii: "["): return begin(.array, &tape)
    case UInt8(ascii: "\""): return readString(&tape)
    case UInt8(ascii: "t"): return readWord("true", .true, &tape)
    case UInt8(ascii: "f"): return readWord("false", .false, &tape)
    case UInt8(ascii: "n"): return readWord("null", .null, &tape)
    default: return readNumber(&tape)
    }
  }

  private mutating func begin(_ kind: JSONDocument.Kind, _ tape: inout JSONTape) -> Bool {
    guard tape.depth < JSONDocument.maxDepth else { return false }
    let outer = tape.innermost
    tape.innermost = Int32(truncatingIfNeeded: tape.count)
    tape.depth &+= 1
    append(kind, start: at, end: at, &tape)
    tape[Int(tape.innermost)].next = outer
    at &+= 1
    return true
  }

  private func append(
    _ kind: JSONDocument.Kind, start: Int, end: Int, hasEscapes: Bool = false, _ tape: inout JSONTape
  ) {
    tape.append(
      JSONTape.Entry(
        kind: kind, hasEscapes: hasEscapes, start: Int32(truncatingIfNeeded: start),
        end: Int32(truncatingIfNeeded: end), next: Int32(truncatingIfNeeded: tape.count &+ 1), count: 0))
  }

  private mutating func skipSpace() {
    while at < text.count {
      switch text[at] {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): at &+= 1
      default: return
      }
    }
  }

  private mutating func readWord(_ word: StaticString, _ kind: JSONDocument.Kind, _ tape: inout JSONTape) -> Bool {
    let count = word.utf8CodeUnitCount
    guard at &+ count <= text.count else { return false }
    for offset in 0..<count where text[at &+ offset] != word.utf8Start[offset] { return false }
    append(kind, start: at, end: at &+ count, &tape)
    at &+= count
    return true
  }

  private mutating func readString(_ tape: inout JSONTape) -> Bool {
    at &+= 1
    let start = at
    var hasEscapes = false
    guard let base = text.baseAddress else { return false }
    while true {
      at = ByteScan.first(
        base, from: at, count: text.count, one: UInt8(ascii: "\""), other: UInt8(ascii: "\\"), below: 0x20)
      if at == text.count { return false }
      let byte = text[at]
      if byte == UInt8(ascii: "\"") {
        append(.string, start: start, end: at, hasEscapes: hasEscapes, &tape)
        at &+= 1
        return true
      }
      if byte < 0x20 { return false }
      at &+= 1
      hasEscapes = true
      guard readEscape() else { return false }
    }
  }

  private mutating func readEscape() -> Bool {
    guard at < text.count else { return false }
    let byte = text[at]
    at &+= 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      return true
    case UInt8(ascii: "u"):
      guard at &+ 4 <= text.count, JSONString.hex(text, at) != nil else { return false }
      at &+= 4
      return true
    default: return false
    }
  }

  /// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
  private mutating func readNumber(_ tape: inout JSONTape) -> Bool {
    let start = at
    if text[at] == UInt8(ascii: "-") { at &+= 1 }
    let leading = at
    guard skipDigits() else { return false }
    if text[leading] == UInt8(ascii: "0"), at > leading &+ 1 { return false }
    if at < text.count, text[at] == UInt8(ascii: ".") {
      at &+= 1
      guard skipDigits() else { return false }
    }
    var mayOverflow = at &- start > 300
    if at < text.count, text[at] | 0x20 == UInt8(ascii: "e") {
      mayOverflow = true
      at &+= 1
      if at < text.count, text[at] == UInt8(ascii: "+") || text[at] == UInt8(ascii: "-") { at &+= 1 }
      guard skipDigits() else { return false }
    }
    if mayOverflow, GoNumber.parseJSON(UnsafeBufferPointer(rebasing: text[start..<at])) == nil { return false }
    append(.number, start: start, end: at, &tape)
    return true
  }

  /// - Returns: whether there was one at least.
  private mutating func skipDigits() -> Bool {
    let start = at
    while at < text.count, text[at] &- 48 <= 9 { at &+= 1 }
    return at > start
  }
}
