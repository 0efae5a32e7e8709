import Glibc

/// A line of the files that Docker's `json-file` driver writes:
/// `{"log":"text\n","attrs":{…},"stream":"stdout","time":"2026-…Z"}`. A log without the line end goes on in a later line.
struct LoggedLine {
  var stream = OutputStream.stdout
  /// Where the time is in the line.
  var time = 0..<0

  /// Reads a line without its end.
  /// - Parameter text: becomes the log, escapes taken off.
  /// - Returns: nil when it is no such line, as after a power loss.
  static func read(_ line: UnsafeBufferPointer<UInt8>, text: inout [UInt8]) -> LoggedLine? {
    text.removeAll(keepingCapacity: true)
    guard line.first == UInt8(ascii: "{") else { return nil }
    var found = LoggedLine()
    var hasText = false
    var at = 1
    while true {
      guard let key = plainString(line, &at), skip(UInt8(ascii: ":"), line, &at) else { return nil }
      skipBlanks(line, &at)
      switch key.count {
      case 3 where equal(line, key, "log"):
        guard string(line, &at, into: &text) else { return nil }
        hasText = true
      case 6 where equal(line, key, "stream"):
        guard let value = plainString(line, &at) else { return nil }
        found.stream = equal(line, value, "stderr") ? .stderr : .stdout
      case 4 where equal(line, key, "time"):
        guard let value = plainString(line, &at) else { return nil }
        found.time = value
      default:
        guard skipValue(line, &at) else { return nil }
      }
      skipBlanks(line, &at)
      guard at < line.count else { return nil }
      at += 1
      if line[at - 1] == UInt8(ascii: ",") {
        skipBlanks(line, &at)
        continue
      }
      // Docker leaves a log of no bytes out.
      return line[at - 1] == UInt8(ascii: "}") && !found.time.isEmpty && (hasText || text.isEmpty) ? found : nil
    }
  }

  private static func equal(_ line: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ word: StaticString) -> Bool {
    range.count == word.utf8CodeUnitCount
      && memcmp(line.baseAddress! + range.lowerBound, word.utf8Start, range.count) == 0
  }

  private static func skip(_ byte: UInt8, _ line: UnsafeBufferPointer<UInt8>, _ at: inout Int) -> Bool {
    guard at < line.count, line[at] == byte else { return false }
    at += 1
    return true
  }

  /// Docker writes none; others who write such files may.
  private static func skipBlanks(_ line: UnsafeBufferPointer<UInt8>, _ at: inout Int) {
    while at < line.count, line[at] == UInt8(ascii: " ") { at += 1 }
  }

  /// The place of a string without escapes.
  private static func plainString(_ line: UnsafeBufferPointer<UInt8>, _ at: inout Int) -> Range<Int>? {
    guard skip(UInt8(ascii: "\""), line, &at) else { return nil }
    let start = at
    while at < line.count, line[at] != UInt8(ascii: "\"") {
      if line[at] == UInt8(ascii: "\\") { return nil }
      at += 1
    }
    guard at < line.count else { return nil }
    at += 1
    return start..<(at - 1)
  }

  private static func string(_ line: UnsafeBufferPointer<UInt8>, _ at: inout Int, into out: inout [UInt8]) -> Bool {
    guard skip(UInt8(ascii: "\""), line, &at) else { return false }
    let base = line.baseAddress!
    // The first of the two ends the search for the other.
    var quote = find(UInt8(ascii: "\""), line, at)
    while true {
      guard let end = quote else { return false }
      guard let escape = find(UInt8(ascii: "\\"), line, at, before: end) else {
        out.append(contentsOf: UnsafeBufferPointer(start: base + at, count: end - at))
        at = end + 1
        return true
      }
      out.append(contentsOf: UnsafeBufferPointer(start: base + at, count: escape - at))
      at = escape + 1
      guard unescape(line, &at, into: &out) else { return false }
      if at > end { quote = find(UInt8(ascii: "\""), line, at) }
    }
  }

  private static func find(
    _ byte: UInt8, _ line: UnsafeBufferPointer<UInt8>, _ from: Int, before end: Int? = nil
  ) -> Int? {
    let base = line.baseAddress!
    let count = (end ?? line.count) - from
    return count <= 0
      ? nil : memchr(base + from, Int32(byte), count).map { UnsafeRawPointer($0) - UnsafeRawPointer(base) }
  }

  /// Reads what follows a backslash.
  private static func unescape(_ line: UnsafeBufferPointer<UInt8>, _ at: inout Int, into out: inout [UInt8]) -> Bool {
    guard at < line.count else { return false }
    let escape = line[at]
    at += 1
    switch escape {
    case UInt8(ascii: "n"): out.append(10)
    case UInt8(ascii: "t"): out.append(9)
    case UInt8(ascii: "r"): out.append(13)
    case UInt8(ascii: "b"): out.append(8)
    case UInt8(ascii: "f"): out.append(12)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(escape)
    case UInt8(ascii: "u"):
      guard let scalar = scalar(line, &at) else { return false }
      out.append(contentsOf: UTF8.encode(scalar)!)
    default: return false
    }
    return true
  }

  /// The character after `\u`, with a second half where surrogates want one; a lone half is U+FFFD.
  private static func scalar(_ line: UnsafeBufferPointer<UInt8>, _ at: inout Int) -> Unicode.Scalar? {
    guard let first = hex(line, &at) else { return nil }
    if let scalar = Unicode.Scalar(first) { return scalar }
    let back = at
    guard first < 0xDC00, skip(UInt8(ascii: "\\"), line, &at), skip(UInt8(ascii: "u"), line, &at),
      let second = hex(line, &at), (0xDC00...0xDFFF).contains(second)
    else {
      at = back
      return "\u{FFFD}"
    }
    return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
  }

  private static func hex(_ line: UnsafeBufferPointer<UInt8>, _ at: inout Int) -> UInt32? {
    guard at + 4 <= line.count else { return nil }
    var value: UInt32 = 0
    for _ in 0..<4 {
      let byte = line[at]
      switch byte {
      case 0x30...0x39: value = value << 4 | UInt32(byte - 0x30)
      case 0x41...0x46, 0x61...0x66: value = value << 4 | UInt32((byte | 0x20) - 0x57)
      default: return nil
      }
      at += 1
    }
    return value
  }

  /// Passes over a value of any kind: `attrs`, which logging options ask for.
  private static func skipValue(_ line: UnsafeBufferPointer<UInt8>, _ at: inout Int) -> Bool {
    var depth = 0
    var isInString = false
    while at < line.count {
      let byte = line[at]
      if isInString {
        if byte == UInt8(ascii: "\\") { at += 1 } else if byte == UInt8(ascii: "\"") { isInString = false }
      } else {
        switch byte {
        case UInt8(ascii: "\""): isInString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
          if depth == 0 { return true }
          depth -= 1
        case UInt8(ascii: ",") where depth == 0: return true
        default: break
        }
      }
      at += 1
    }
    return false
  }
}
