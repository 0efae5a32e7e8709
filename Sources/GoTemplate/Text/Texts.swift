import GoCompat

/// What Go's package strings does, on bytes.
enum Texts {
  enum Side { case both, left, right }

  static func range(of needle: [UInt8], in text: [UInt8], from: Int = 0) -> Range<Int>? {
    guard let first = needle.first else { return from <= text.count ? from..<from : nil }
    guard text.count >= needle.count, from <= text.count - needle.count else { return nil }
    var place = from
    let last = text.count - needle.count
    while place <= last {
      guard let found = text[place...last].firstIndex(of: first) else { return nil }
      if text[found..<found + needle.count].elementsEqual(needle) { return found..<found + needle.count }
      place = found + 1
    }
    return nil
  }

  static func contains(_ text: [UInt8], _ needle: [UInt8]) -> Bool { range(of: needle, in: text) != nil }

  static func hasPrefix(_ text: [UInt8], _ prefix: [UInt8]) -> Bool { text.starts(with: prefix) }

  static func hasSuffix(_ text: [UInt8], _ suffix: [UInt8]) -> Bool {
    text.count >= suffix.count && text.suffix(suffix.count).elementsEqual(suffix)
  }

  static func without(prefix: [UInt8], _ text: [UInt8]) -> [UInt8] {
    hasPrefix(text, prefix) ? Array(text.dropFirst(prefix.count)) : text
  }

  static func without(suffix: [UInt8], _ text: [UInt8]) -> [UInt8] {
    hasSuffix(text, suffix) ? Array(text.dropLast(suffix.count)) : text
  }

  /// `strings.Replace`: an empty needle is found before each character and at the end.
  static func replacing(_ text: [UInt8], _ old: [UInt8], by new: [UInt8], limit: Int, _ budget: Budget) throws
    -> [UInt8]
  {
    var left = limit < 0 ? Int.max : limit
    var out: [UInt8] = []
    if old.isEmpty {
      for item in Characters(text) {
        if left > 0 {
          try budget.spend(bytes: new.count)
          out += new
          left -= 1
        }
        out += text[item.range]
      }
      if left > 0 { out += new }
    } else {
      var place = 0
      while left > 0, let found = range(of: old, in: text, from: place) {
        try budget.spend(bytes: new.count)
        out += text[place..<found.lowerBound]
        out += new
        place = found.upperBound
        left -= 1
      }
      out += text[place...]
    }
    try budget.spend(bytes: text.count)
    return out
  }

  /// `strings.Trim`: characters of a set.
  static func trimmed(_ text: [UInt8], of set: [UInt8], _ side: Side) -> [UInt8] {
    let set = Set(Characters(set).map(\.scalar))
    return trimmed(text, side) { set.contains($0) }
  }

  static func trimmedOfSpace(_ text: [UInt8]) -> [UInt8] { trimmed(text, .both) { $0.isGoSpace } }

  private static func trimmed(_ text: [UInt8], _ side: Side, _ isTrimmed: (Unicode.Scalar) -> Bool) -> [UInt8] {
    var start = 0
    var end = 0
    var isStart = true
    for item in Characters(text) {
      let goes = isTrimmed(item.scalar)
      if isStart, goes, side != .right { start = item.range.upperBound } else { isStart = false }
      if !goes { end = item.range.upperBound }
    }
    if side == .left { end = text.count }
    return start < end ? Array(text[start..<end]) : []
  }

  /// `strings.SplitN`; an empty separator parts all characters.
  static func split(_ text: [UInt8], _ separator: [UInt8], limit: Int = -1, _ budget: Budget) throws -> [[UInt8]] {
    if limit == 0 { return [] }
    var parts: [[UInt8]] = []
    let most = limit < 0 ? Int.max : limit
    if separator.isEmpty {
      for item in Characters(text) {
        try budget.spend()
        if parts.count == most - 1 {
          parts.append(Array(text[item.range.lowerBound...]))
          return parts
        }
        parts.append(Array(text[item.range]))
      }
      return parts
    }
    var place = 0
    while parts.count < most - 1, let found = range(of: separator, in: text, from: place) {
      try budget.spend()
      parts.append(Array(text[place..<found.lowerBound]))
      place = found.upperBound
    }
    parts.append(Array(text[place...]))
    return parts
  }

  static func joined(_ parts: [[UInt8]], _ separator: [UInt8], _ budget: Budget) throws -> [UInt8] {
    var out: [UInt8] = []
    for (index, part) in parts.enumerated() {
      try budget.spend(bytes: part.count + separator.count)
      if index > 0 { out += separator }
      out += part
    }
    return out
  }

  static func repeated(_ text: [UInt8], _ count: Int, _ budget: Budget) throws -> [UInt8] {
    guard count >= 0 else { throw TemplateError("negative repeat count") }
    let (size, overflow) = text.count.multipliedReportingOverflow(by: count)
    guard !overflow else { throw TemplateError("the template makes too much text for one line") }
    try budget.spend(bytes: size)
    if text.isEmpty { return [] }
    var out: [UInt8] = []
    out.reserveCapacity(size)
    for _ in 0..<count { out += text }
    return out
  }
}
