/// The forms of names: `snake_case`, `kebab-case`, `CamelCase`, as sprig takes them from the package xstrings.
enum NameCase {
  private enum Kind { case none, connector, punctuation, capitals, letters, digits, other }

  private struct Word {
    var kind = Kind.none
    var scalars: ArraySlice<Unicode.Scalar> = []
  }

  /// `FirstName HTTPServer-id` is first, name, http, server, id; digits belong to the word before them (`bld4_floor`)
  /// unless small letters follow (`http_2xx`).
  static func joined(_ text: [UInt8], by connector: Unicode.Scalar) -> [UInt8] {
    let words = words(text)
    func word(_ index: Int) -> Word { index < words.count ? words[index] : Word() }
    func isSeparate(_ kind: Kind) -> Bool { kind == .connector || kind == .punctuation || kind == .none }
    var out: [UInt8] = []
    func append(_ word: Word) {
      for scalar in word.scalars {
        if word.kind == .connector {
          out.append(connector)
        } else {
          out.append(word.kind == .capitals && scalar.isUpper ? scalar.lower : scalar)
        }
      }
    }
    var place = 0
    func appendMixed() {
      while word(place).kind == .letters || word(place).kind == .digits {
        append(word(place))
        place += 1
      }
      if !isSeparate(word(place).kind) { out.append(connector) }
    }
    while place + 1 < words.count {
      let last = word(place)
      append(last)
      place += 1
      switch last.kind {
      case .connector, .punctuation: break
      case .digits: appendMixed()
      default:
        guard word(place).kind == .digits else {
          if !isSeparate(word(place).kind) { out.append(connector) }
          break
        }
        guard place + 1 < words.count else { break }
        if word(place + 1).kind == .letters {
          out.append(connector)
          appendMixed()
        } else {
          append(word(place))
          place += 1
          if !isSeparate(word(place).kind) { out.append(connector) }
        }
      }
    }
    append(word(place))
    return out
  }

  private static func words(_ text: [UInt8]) -> [Word] {
    let scalars = Characters(text).map(\.scalar)
    var words: [Word] = []
    var start = 0
    while start < scalars.count {
      let kind = kind(scalars[start])
      var end = start + 1
      if kind == .capitals, end < scalars.count, self.kind(scalars[end]) != .capitals {
        while end < scalars.count, self.kind(scalars[end]) == .letters { end += 1 }
      } else {
        while end < scalars.count, self.kind(scalars[end]) == kind { end += 1 }
        // The last of several capitals begins the next word: HTTP, Status.
        if kind == .capitals, end < scalars.count, end - start > 1, self.kind(scalars[end]) == .letters { end -= 1 }
      }
      words.append(Word(kind: kind, scalars: scalars[start..<end]))
      start = end
    }
    return words
  }

  private static func kind(_ scalar: Unicode.Scalar) -> Kind {
    if isConnector(scalar) { return .connector }
    switch scalar.properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation:
      return .punctuation
    case .uppercaseLetter: return .capitals
    case .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return .letters
    case .decimalNumber, .letterNumber, .otherNumber: return .digits
    default: return .other
    }
  }

  /// `http_server id` is `HttpServerId`, `GO_PATH` is `GoPath`; connectors at the ends stay.
  static func camel(_ text: [UInt8]) -> [UInt8] {
    let scalars = Characters(text).map(\.scalar)
    let start = scalars.prefix(while: isConnector).count
    var out: [UInt8] = []
    for scalar in scalars[..<start] { out.append(scalar) }
    guard start < scalars.count else { return out }
    // In a word that begins with capitals, those after the first become small.
    var lowers = scalars[start].isUpper
    var last = scalars[start].upper
    for scalar in scalars[(start + 1)...] {
      var next = scalar
      if isConnector(last) {
        if isConnector(next) {
          out.append(last)
        } else {
          lowers = next.isUpper
          next = next.upper
        }
      } else {
        if lowers {
          if next.isUpper { next = next.lower } else { lowers = false }
        }
        out.append(last)
      }
      last = next
    }
    out.append(last)
    return out
  }

  private static func isConnector(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "-" || scalar == "_" || scalar.isGoSpace
  }
}
