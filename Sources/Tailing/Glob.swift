public import Syscalls

/// A pattern of paths as in `__path__`: `*`, `?`, `[a-z]`, `{a,b}`, `**` for any number of directories, `\` to quote.
///
/// The rules are those recorded in files/glob-*: a leading dot is nothing special, names match by character and
/// case, and a malformed pattern matches nothing.
public struct Glob: Sendable {
  /// One way through the braces, split at its slashes.
  private let alternatives: [[Segment]]

  enum Segment: Equatable, Sendable {
    case literal(String)
    case pattern([Token])
    case anyDirectories
  }

  enum Token: Equatable, Sendable {
    case text([Unicode.Scalar])
    case any
    case star
    case oneOf([ClosedRange<UInt32>], negated: Bool)
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
  static func names(_ path: String) -> [Substring] { path.split(separator: "/", omittingEmptySubsequences: true) }

  /// The same of a path that many patterns are asked about.
  func matches(_ names: [Substring]) -> Bool {
    alternatives.contains { segments in
      if segments.count != names.count, !segments.contains(.anyDirectories) { return false }
      return Self.matches(segments[...], names[...])
    }
  }

  /// Finds what is there.
  /// - Parameters:
  ///   - directory: called for each directory whose names decide what is found, and for missing ones.
  ///   - found: called for each path that matches, of whatever kind.
  public func walk(_ files: any FileSystem, directory: (String) -> Void, found: (String) -> Void) {
    walk(DirectoryListings(files), directory: directory, found: found)
  }

  /// The same, with what other patterns have looked at already.
  public func walk(_ listings: DirectoryListings, directory: (String) -> Void, found: (String) -> Void) {
    for segments in alternatives {
      walk(segments[...], at: "", parents: [], listings, directory, found)
    }
  }

  private func walk(
    _ segments: ArraySlice<Segment>, at path: String, parents: [FileIdentity], _ files: DirectoryListings,
    _ directory: (String) -> Void, _ found: (String) -> Void
  ) {
    guard let segment = segments.first else {
      found(path.isEmpty ? "/" : path)
      return
    }
    let rest = segments.dropFirst()
    let here = path.isEmpty ? "/" : path
    switch segment {
    case .literal(let name):
      let next = path + "/" + name
      if rest.isEmpty { directory(here) }
      switch files.status(at: next) {
      case .failure: directory(here)
      case .success: walk(rest, at: next, parents: parents, files, directory, found)
      }
    case .pattern(let tokens):
      directory(here)
      guard case .success(let entries) = files.entries(of: here) else { return }
      for entry in entries where Self.matches(tokens[...], Array(entry.name.unicodeScalars)[...]) {
        if !rest.isEmpty, entry.kind == .regular { continue }
        walk(rest, at: path + "/" + entry.name, parents: parents, files, directory, found)
      }
    case .anyDirectories:
      guard case .success(let status) = files.status(at: here) else {
        directory(here)
        return
      }
      guard status.kind == .directory, !parents.contains(status.identity) else { return }
      directory(here)
      if !rest.isEmpty { walk(rest, at: path, parents: parents, files, directory, found) }
      guard case .success(let entries) = files.entries(of: here) else { return }
      for entry in entries {
        let next = path + "/" + entry.name
        if rest.isEmpty, entry.kind != .directory { found(next) }
        if entry.kind == .regular || entry.kind == .other { continue }
        walk(segments, at: next, parents: parents + [status.identity], files, directory, found)
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
    case .pattern(let tokens):
      guard let name = names.first else { return false }
      return matches(tokens[...], Array(name.unicodeScalars)[...]) && matches(segments.dropFirst(), names.dropFirst())
    }
  }

  /// Backtracks to the last star only, so the time stays within tokens times characters.
  private static func matches(_ tokens: ArraySlice<Token>, _ name: ArraySlice<Unicode.Scalar>) -> Bool {
    var token = tokens.startIndex
    var place = name.startIndex
    var star: (token: Int, place: Int)?
    while place < name.endIndex {
      if token < tokens.endIndex {
        switch tokens[token] {
        case .star:
          star = (token, place)
          token += 1
          continue
        case .any:
          token += 1
          place += 1
          continue
        case .text(let wanted) where name[place...].starts(with: wanted):
          token += 1
          place += wanted.count
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

  // MARK: - Parsing

  private static func segment(_ text: [Unicode.Scalar]) -> Segment? {
    if text == ["*", "*"] { return .anyDirectories }
    var tokens: [Token] = []
    var literal: [Unicode.Scalar] = []
    func endLiteral() {
      if !literal.isEmpty { tokens.append(.text(literal)) }
      literal = []
    }
    var place = 0
    while place < text.count {
      let character = text[place]
      place += 1
      if "*?[".unicodeScalars.contains(character) { endLiteral() }
      switch character {
      case "*":
        if tokens.last != .star { tokens.append(.star) }
      case "?": tokens.append(.any)
      case "\\":
        guard place < text.count else { return nil }
        literal.append(text[place])
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
      default: literal.append(character)
      }
    }
    if tokens.isEmpty { return .literal(String(String.UnicodeScalarView(literal))) }
    endLiteral()
    return .pattern(tokens)
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
