/// What one part of a path must look like, where it is no plain name.
struct NamePattern: Equatable, Sendable {
  enum Token: Equatable, Sendable {
    case character(Unicode.Scalar)
    case any
    case star
    case oneOf([ClosedRange<UInt32>], negated: Bool)
  }

  private let tokens: [Token]
  /// What every name that matches begins and ends with: most names of a large directory are told apart by that.
  private let head: [UInt8]
  private let tail: [UInt8]

  init(_ tokens: [Token]) {
    self.tokens = tokens
    head = Self.literal(tokens)
    tail = Self.literal(tokens.reversed()).reversed()
  }

  func matches(_ name: some StringProtocol) -> Bool {
    let mayMatch = name.utf8.withContiguousStorageIfAvailable { name in
      name.count >= max(head.count, tail.count) && name.suffix(tail.count).elementsEqual(tail)
        && name.prefix(head.count).elementsEqual(head)
    }
    return mayMatch != false && matches(Array(name.unicodeScalars))
  }

  /// Backtracks to the last star only, so the time stays within tokens times characters.
  private func matches(_ name: [Unicode.Scalar]) -> Bool {
    var token = 0
    var place = 0
    var star: (token: Int, place: Int)?
    while place < name.count {
      if token < tokens.count {
        switch tokens[token] {
        case .star:
          star = (token, place)
          token += 1
          continue
        case .any:
          token += 1
          place += 1
          continue
        case .character(let wanted) where wanted == name[place]:
          token += 1
          place += 1
          continue
        case .oneOf(let ranges, let negated)
        where ranges.contains(where: { $0.contains(name[place].value) }) != negated:
          token += 1
          place += 1
          continue
        default: break
        }
      }
      guard let back = star else { return false }
      star = (back.token, back.place + 1)
      token = back.token + 1
      place = back.place + 1
    }
    return tokens[token...].allSatisfy { $0 == .star }
  }

  /// The ASCII characters that come first.
  private static func literal(_ tokens: some Sequence<Token>) -> [UInt8] {
    var bytes: [UInt8] = []
    for token in tokens {
      guard case .character(let character) = token, character.isASCII else { break }
      bytes.append(UInt8(character.value))
    }
    return bytes
  }
}
