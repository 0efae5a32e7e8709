import Syscalls

/// A pattern of paths as in `__path__`: `*`, `?`, `[a-z]`, `{a,b}`, `**` for any number of directories, `\` to quote.
///
/// The rules are those recorded in files/glob-*: a leading dot is nothing special, names match by character and
/// case, and a malformed pattern matches nothing.
public struct Glob: Sendable {
  /// One way through the braces, split at its slashes.
  private let alternatives: [[Segment]]

  enum Segment: Equatable, Sendable {
    case literal(String)
    case pattern(NamePattern)
    case anyDirectories
  }

  /// One name of the pattern, in one way through its braces.
  struct Place: Hashable, Sendable {
    var alternative: Int16
    var segment: Int16
  }

  /// - Parameter pattern: absolute and clean. nil when it is malformed, such as an open bracket.
  public init?(_ pattern: String) {
    guard let expanded = Self.expandBraces(Array(pattern.unicodeScalars)) else { return nil }
    var alternatives: [[Segment]] = []
    for one in expanded {
      var segments: [Segment] = []
      for part in one.split(separator: "/", omittingEmptySubsequences: true) {
        guard let segment = Self.segment(Array(part)) else { return nil }
        segments.append(segment)
      }
      if !alternatives.contains(segments) { alternatives.append(segments) }
    }
    self.alternatives = alternatives
  }

  /// Whether the path is one that the pattern names.
  public func matches(_ path: String) -> Bool { matches(Self.names(path)) }

  /// The names that a path consists of.
  public static func names(_ path: String) -> [Substring] {
    path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true).map { Substring($0) }
  }

  /// The same of a path that many patterns are asked about.
  public func matches(_ names: [Substring]) -> Bool {
    alternatives.contains { segments in
      if segments.count != names.count, !segments.contains(.anyDirectories) { return false }
      return Self.matches(segments[...], names[...])
    }
  }

  /// Whether it may decide what is found that a directory, in which names are looked for that the pattern has at a place,
  /// has a name or not.
  func isConcerned(by name: String, at place: Place) -> Bool {
    switch alternatives[Int(place.alternative)][Int(place.segment)] {
    case .literal(let wanted): name == wanted
    case .pattern(let pattern): pattern.matches(name)
    case .anyDirectories: true
    }
  }

  /// Finds what is there.
  /// - Parameters:
  ///   - reading: is told of each directory whose names decide what is found, missing ones included.
  ///   - found: called for each path that matches, of whatever kind; links that refer to nothing are among them.
  func walk(_ reading: inout some GlobReading, found: (String) -> Void) {
    for (alternative, segments) in alternatives.enumerated() {
      walk(segments[...], of: alternative, at: "", parents: [], &reading, found)
    }
  }

  /// The same, with what other patterns have looked at already.
  public func walk(_ listings: DirectoryListings, found: (String) -> Void) {
    var reading = listings
    walk(&reading, found: found)
  }

  private func walk(
    _ segments: ArraySlice<Segment>, of alternative: Int, at path: String, parents: [FileIdentity],
    _ reading: inout some GlobReading, _ found: (String) -> Void
  ) {
    guard let segment = segments.first else {
      found(path.isEmpty ? "/" : path)
      return
    }
    let place = Place(alternative: Int16(alternative), segment: Int16(segments.startIndex))
    let rest = segments.dropFirst()
    let here = path.isEmpty ? "/" : path
    switch segment {
    case .literal(let name):
      let next = path + "/" + name
      if rest.isEmpty {
        reading.depend(on: here, for: place)
        found(next)
      } else if reading.status(at: next) == nil {
        reading.depend(on: here, for: place)
      } else {
        walk(rest, of: alternative, at: next, parents: parents, &reading, found)
      }
    case .pattern(let pattern):
      for entry in reading.entries(of: here, for: place) where pattern.matches(entry.name) {
        if !rest.isEmpty, entry.kind == .regular { continue }
        walk(rest, of: alternative, at: path + "/" + entry.name, parents: parents, &reading, found)
      }
    case .anyDirectories:
      guard let status = reading.status(at: here) else {
        reading.depend(on: here, for: place)
        return
      }
      guard status.kind == .directory, !parents.contains(status.identity) else { return }
      let entries = reading.entries(of: here, for: place)
      if !rest.isEmpty { walk(rest, of: alternative, at: path, parents: parents, &reading, found) }
      for entry in entries {
        let next = path + "/" + entry.name
        if rest.isEmpty, entry.kind != .directory { found(next) }
        if entry.kind == .regular || entry.kind == .other { continue }
        walk(segments, of: alternative, at: next, parents: parents + [status.identity], &reading, found)
      }
    }
  }

  // MARK: - Matching

  private static func matches(_ segments: ArraySlice<Segment>, _ names: ArraySlice<Substring>) -> Bool {
    guard let segment = segments.first else { return names.isEmpty }
    switch segment {
    case .anyDirectories:
      if segments.count == 1 { return true }
      for skipped in 0...names.count where matches(segments.dropFirst(), names.dropFirst(skipped)) { return true }
      return false
    case .literal(let name):
      return names.first.map { $0 == name } == true && matches(segments.dropFirst(), names.dropFirst())
    case .pattern(let pattern):
      guard let name = names.first else { return false }
      return pattern.matches(name) && matches(segments.dropFirst(), names.dropFirst())
    }
  }

  // MARK: - Parsing

  private static func segment(_ text: [Unicode.Scalar]) -> Segment? {
    if text == ["*", "*"] { return .anyDirectories }
    var tokens: [NamePattern.Token] = []
    var place = 0
    while place < text.count {
      let character = text[place]
      place += 1
      switch character {
      case "*":
        if tokens.last != .star { tokens.append(.star) }
      case "?": tokens.append(.any)
      case "\\":
        guard place < text.count else { return nil }
        tokens.append(.character(text[place]))
        place += 1
      case "[":
        var negated = false
        if place < text.count, text[place] == "^" || text[place] == "!" {
          negated = true
          place += 1
        }
        var ranges: [ClosedRange<UInt32>] = []
        var isFirst = true
        while true {
          guard place < text.count else { return nil }
          if text[place] == "]", !isFirst { break }
          isFirst = false
          guard let low = member(text, &place) else { return nil }
          var high = low
          if place + 1 < text.count, text[place] == "-", text[place + 1] != "]" {
            place += 1
            guard let end = member(text, &place) else { return nil }
            high = end
          }
          guard low.value <= high.value else { return nil }
          ranges.append(low.value...high.value)
        }
        place += 1
        tokens.append(.oneOf(ranges, negated: negated))
      default: tokens.append(.character(character))
      }
    }
    var literal = String.UnicodeScalarView()
    for token in tokens {
      guard case .character(let character) = token else { return .pattern(NamePattern(tokens)) }
      literal.append(character)
    }
    return .literal(String(literal))
  }

  private static func member(_ text: [Unicode.Scalar], _ place: inout Int) -> Unicode.Scalar? {
    if text[place] == "\\" {
      place += 1
      guard place < text.count else { return nil }
    }
    defer { place += 1 }
    return text[place]
  }

  /// Every way through the braces. nil for braces that do not close, and for more than a thousand ways.
  private static func expandBraces(_ text: [Unicode.Scalar]) -> [[Unicode.Scalar]]? {
    var place = 0
    var isInClass = false
    while place < text.count, isInClass || text[place] != "{" {
      if text[place] == "\\" { place += 1 }
      if place < text.count {
        if text[place] == "[" { isInClass = true }
        if text[place] == "]" { isInClass = false }
      }
      place += 1
    }
    guard place < text.count else { return [text] }
    let head = Array(text[..<place])
    var options: [[Unicode.Scalar]] = [[]]
    var depth = 1
    place += 1
    while place < text.count {
      let character = text[place]
      place += 1
      if character == "\\", place < text.count {
        options[options.count - 1] += [character, text[place]]
        place += 1
        continue
      }
      if character == "{" { depth += 1 }
      if character == "}" {
        depth -= 1
        if depth == 0 { break }
      }
      if character == ",", depth == 1 {
        options.append([])
      } else {
        options[options.count - 1].append(character)
      }
    }
    guard depth == 0 else { return nil }
    let tail = Array(text[place...])
    var all: [[Unicode.Scalar]] = []
    for option in options {
      guard let expanded = expandBraces(head + option + tail) else { return nil }
      all += expanded
      if all.count > 1000 { return nil }
    }
    return all
  }
}
