import GoCompat

// Text functions of sprig; the text comes last.
extension Function {
  static let strings: [Function] =
    [
      Function("hello") { _ in .text("Hello!") },
      Function("trim", [.string]) { try $0.text(Texts.trimmedOfSpace($0.bytes(0))) },
      Function("trimPrefix", [.string, .string]) { try $0.text(Texts.without(prefix: $0.bytes(0), $0.bytes(1))) },
      Function("trimSuffix", [.string, .string]) { try $0.text(Texts.without(suffix: $0.bytes(0), $0.bytes(1))) },
      Function("nospace", [.string]) { call in
        try call.text(
          Characters(call.bytes(0)).filter { !$0.scalar.isGoSpace }.reduce(into: []) { $0.append($1.scalar) })
      },
      Function("contains", [.string, .string]) { .bool(Texts.contains($0.bytes(1), $0.bytes(0))) },
      Function("hasPrefix", [.string, .string]) { .bool(Texts.hasPrefix($0.bytes(1), $0.bytes(0))) },
      Function("hasSuffix", [.string, .string]) { .bool(Texts.hasSuffix($0.bytes(1), $0.bytes(0))) },
      Function("repeat", [.int, .string]) { .string(try Texts.repeated($0.bytes(1), $0.int(0), $0.budget)) },
      Function("replace", [.string, .string, .string]) { call in
        .string(try Texts.replacing(call.bytes(2), call.bytes(0), by: call.bytes(1), limit: -1, call.budget))
      },
      Function("substr", [.int, .int, .string]) { call in
        let text = call.bytes(2)
        let (start, end) = (call.int(0), call.int(1))
        if start < 0 { return try call.text(try part(text, 0, end)) }
        return try call.text(try part(text, start, end < 0 || end > text.count ? text.count : end))
      },
      Function("trunc", [.int, .string]) { call in
        let text = call.bytes(1)
        let count = call.int(0)
        if count < 0 { return try call.text(count > -text.count ? Array(text.suffix(-count)) : text) }
        return try call.text(Array(text.prefix(count)))
      },
      Function("abbrev", [.int, .string]) { call in
        try call.text(call.int(0) < 4 ? call.bytes(1) : abbreviated(call.bytes(1), 0, call.int(0)))
      },
      Function("abbrevboth", [.int, .int, .string]) { call in
        let (left, right) = (call.int(0), call.int(1))
        let isTooNarrow = right < 4 || left > 0 && right < 7
        return try call.text(isTooNarrow ? call.bytes(2) : abbreviated(call.bytes(2), left, right))
      },
      Function("wrap", [.int, .string]) { call in
        try call.text(try wrapped(call.bytes(1), call.int(0), [10], breaksWords: false, call.budget))
      },
      Function("wrapWith", [.int, .string, .string]) { call in
        let separator = call.bytes(1).isEmpty ? [10] : call.bytes(1)
        return try call.text(try wrapped(call.bytes(2), call.int(0), separator, breaksWords: true, call.budget))
      },
      Function("plural", [.string, .string, .int]) { try $0.text($0.int(2) == 1 ? $0.bytes(0) : $0.bytes(1)) },
      Function("indent", [.int, .string]) { .string(try indented($0)) },
      Function("nindent", [.int, .string]) { .string([10] + (try indented($0))) },
      Function("cat", rest: .any) { call in
        let words = try call.arguments.indices.filter { !call[$0].isNil }.map { try call.printed($0) }
        return .string(Texts.trimmedOfSpace(try Texts.joined(words, [0x20], call.budget)))
      },
      Function("quote", rest: .any) { call in
        let words = try call.arguments.indices.filter { !call[$0].isNil }.map { index in
          try Printf.text(Array("%q".utf8), [.string(try call.printed(index))], call.budget)
        }
        return .string(try Texts.joined(words, [0x20], call.budget))
      },
      Function("squote", rest: .any) { call in
        let words = try call.arguments.indices.filter { !call[$0].isNil }.map { [39] + (try call.printed($0)) + [39] }
        return .string(try Texts.joined(words, [0x20], call.budget))
      },
    ]
    + Function("trimAll", [.string, .string]) { try $0.text(Texts.trimmed($0.bytes(1), of: $0.bytes(0), .both)) }
    .alias("trimall")

  static let letters: [Function] = [
    Function("upper", [.string]) { try $0.text(LetterCase.upper($0.bytes(0))) },
    Function("lower", [.string]) { try $0.text(LetterCase.lower($0.bytes(0))) },
    Function("title", [.string]) { try $0.text(LetterCase.title($0.bytes(0))) },
    Function("untitle", [.string]) { try $0.text(LetterCase.untitle($0.bytes(0))) },
    Function("swapcase", [.string]) { try $0.text(LetterCase.swapped($0.bytes(0))) },
    Function("initials", [.string]) { try $0.text(LetterCase.initials($0.bytes(0))) },
    Function("snakecase", [.string]) { try $0.text(NameCase.joined($0.bytes(0), by: "_")) },
    Function("kebabcase", [.string]) { try $0.text(NameCase.joined($0.bytes(0), by: "-")) },
    Function("camelcase", [.string]) { try $0.text(NameCase.camel($0.bytes(0))) },
  ]

  private static func part(_ text: [UInt8], _ start: Int, _ end: Int) throws -> [UInt8] {
    guard start >= 0, start <= end, end <= text.count else { throw TemplateError("slice bounds out of range") }
    return Array(text[start..<end])
  }

  private static func indented(_ call: Call) throws -> [UInt8] {
    let pad = try Texts.repeated([0x20], call.int(0), call.budget)
    return pad + (try Texts.replacing(call.bytes(1), [10], by: [10] + pad, limit: -1, call.budget))
  }

  /// At most `width` bytes, with dots where something is left out.
  private static func abbreviated(_ text: [UInt8], _ offset: Int, _ width: Int) -> [UInt8] {
    let dots = Array("...".utf8)
    if text.count <= width || width < 4 { return text.count <= width ? text : [] }
    var offset = min(offset, text.count)
    if text.count - offset < width - 3 { offset = text.count - (width - 3) }
    if offset <= 4 { return text.prefix(width - 3) + dots }
    if width < 7 { return [] }
    if offset + width - 3 < text.count { return dots + abbreviated(Array(text[offset...]), 0, width - 3) }
    return dots + text.suffix(width - 3)
  }

  private static func wrapped(
    _ text: [UInt8], _ width: Int, _ separator: [UInt8], breaksWords: Bool, _ budget: Budget
  ) throws -> [UInt8] {
    let width = max(1, width)
    var out: [UInt8] = []
    var place = 0
    while text.count - place > width {
      try budget.spend(bytes: separator.count)
      if text[place] == 0x20 {
        place += 1
        continue
      }
      if let blank = text[place..<place + width + 1].lastIndex(of: 0x20) {
        out += text[place..<blank] + separator
        place = blank + 1
      } else if breaksWords {
        out += text[place..<place + width] + separator
        place += width
      } else if let blank = text[(place + width)...].firstIndex(of: 0x20) {
        out += text[place..<blank] + separator
        place = blank + 1
      } else {
        out += text[place...]
        place = text.count
      }
    }
    return out + text[place...]
  }
}
