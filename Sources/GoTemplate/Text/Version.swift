/// A semantic version (semver.org); `v1.2` is read as 1.2.0.
struct Version: Equatable, CustomStringConvertible {
  var major: UInt64
  var minor: UInt64
  var patch: UInt64
  var prerelease: String
  var metadata: String
  var original: String

  init?(_ text: String) {
    guard let parts = VersionParts(text), !parts.hasWildcard else { return nil }
    self.init(parts, original: text)
  }

  /// Parts that are missing or stand for any count as 0.
  init(_ parts: VersionParts, original: String) {
    major = parts.numbers[0] ?? 0
    minor = parts.numbers[1] ?? 0
    patch = parts.numbers[2] ?? 0
    prerelease = parts.prerelease
    metadata = parts.metadata
    self.original = original
  }

  var description: String {
    "\(major).\(minor).\(patch)" + (prerelease.isEmpty ? "" : "-" + prerelease)
      + (metadata.isEmpty ? "" : "+" + metadata)
  }

  /// -1, 0 or 1; metadata does not count.
  func compared(to other: Version) -> Int {
    let (a, b) = ((major, minor, patch), (other.major, other.minor, other.patch))
    if a != b { return a < b ? -1 : 1 }
    if prerelease == other.prerelease { return 0 }
    if prerelease.isEmpty { return 1 }
    if other.prerelease.isEmpty { return -1 }
    let (x, y) = (prerelease.split(separator: "."), other.prerelease.split(separator: "."))
    for (left, right) in zip(x, y) where left != right {
      switch (UInt64(left), UInt64(right)) {
      case (let left?, let right?): return left < right ? -1 : 1
      case (_?, nil): return -1
      case (nil, _?): return 1
      default: return left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : 1
      }
    }
    return x.count < y.count ? -1 : 1
  }

  static func == (a: Version, b: Version) -> Bool { a.compared(to: b) == 0 }
}

/// A version as it is written, perhaps with parts missing or standing for any.
struct VersionParts {
  /// nil: missing, or `x`, `X`, `*`.
  var numbers: [UInt64?] = []
  var hasWildcard = false
  var prerelease = ""
  var metadata = ""

  init?(_ text: String) {
    var rest = Substring(text)
    if rest.hasPrefix("v") { rest = rest.dropFirst() }
    if let plus = rest.firstIndex(of: "+") {
      metadata = String(rest[rest.index(after: plus)...])
      rest = rest[..<plus]
      guard Self.areIdentifiers(metadata) else { return nil }
    }
    if let dash = rest.firstIndex(of: "-") {
      prerelease = String(rest[rest.index(after: dash)...])
      rest = rest[..<dash]
      guard Self.areIdentifiers(prerelease) else { return nil }
      for part in prerelease.split(separator: ".") where part.count > 1 && part.hasPrefix("0") {
        if part.utf8.allSatisfy({ $0 &- 48 <= 9 }) { return nil }
      }
    }
    let parts = rest.split(separator: ".", omittingEmptySubsequences: false)
    guard !rest.isEmpty, parts.count <= 3 else { return nil }
    for part in parts {
      if part == "x" || part == "X" || part == "*" {
        hasWildcard = true
        numbers.append(nil)
      } else {
        guard part.utf8.allSatisfy({ $0 &- 48 <= 9 }), let number = UInt64(part) else { return nil }
        numbers.append(number)
      }
    }
    while numbers.count < 3 { numbers.append(nil) }
  }

  private static func areIdentifiers(_ text: String) -> Bool {
    text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
      !part.isEmpty && part.utf8.allSatisfy { $0 &- 48 <= 9 || ($0 | 0x20) &- 97 <= 25 || $0 == UInt8(ascii: "-") }
    }
  }
}

/// Which versions will do: `>=1.2, <2 || ^3.1`, `1.2 - 1.4`, `~1.2`, `1.x`.
struct VersionConstraint {
  private struct Rule {
    var sign: String
    var version: Version
    var lacksMinor: Bool
    var lacksPatch: Bool
    var lacksAny: Bool
  }

  /// One of them has to hold as a whole.
  private var alternatives: [[Rule]] = []

  init?(_ text: String) {
    for alternative in text.split(separator: "|", omittingEmptySubsequences: false).chunkedAtDoubleBars() {
      guard let rules = Self.rules(alternative), !rules.isEmpty else { return nil }
      alternatives.append(rules)
    }
    if alternatives.isEmpty { return nil }
  }

  func allows(_ version: Version) -> Bool { alternatives.contains { $0.allSatisfy { Self.holds($0, version) } } }

  private static func rules(_ text: String) -> [Rule]? {
    var words = text.split { $0 == " " || $0 == "," || $0 == "\t" }.map(String.init)
    // `a - b` is a range.
    while let dash = words.firstIndex(of: "-") {
      guard dash > 0, dash + 1 < words.count else { return nil }
      words.replaceSubrange(dash - 1...dash + 1, with: [">=" + words[dash - 1], "<=" + words[dash + 1]])
    }
    var rules: [Rule] = []
    var pending = ""
    for word in words {
      let whole = pending + word
      let sign = String(whole.prefix { "=!<>~^".contains($0) })
      let rest = String(whole.dropFirst(sign.count))
      if rest.isEmpty {
        pending = sign
        continue
      }
      pending = ""
      guard ["", "=", "!=", ">", "<", ">=", "=>", "<=", "=<", "~", "~>", "^"].contains(sign),
        let parts = VersionParts(rest)
      else { return nil }
      let lacksMinor = parts.numbers[0] != nil && parts.numbers[1] == nil
      rules.append(
        Rule(
          sign: sign, version: Version(parts, original: rest), lacksMinor: lacksMinor,
          lacksPatch: parts.numbers[0] != nil && !lacksMinor && parts.numbers[2] == nil,
          lacksAny: parts.numbers.contains { $0 == nil }))
    }
    return pending.isEmpty ? rules : nil
  }

  private static func holds(_ rule: Rule, _ version: Version) -> Bool {
    let wanted = rule.version
    // A prerelease only fits where one is asked for.
    if !version.prerelease.isEmpty, wanted.prerelease.isEmpty { return false }
    let order = version.compared(to: wanted)
    let isSameMajor = version.major == wanted.major
    let isSameMinor = version.minor == wanted.minor
    switch rule.sign {
    case "!=":
      guard rule.lacksAny else { return order != 0 }
      if !isSameMajor { return true }
      return !isSameMinor && !rule.lacksMinor
    case ">":
      guard rule.lacksAny else { return order > 0 }
      if !isSameMajor { return version.major > wanted.major }
      if rule.lacksMinor { return false }
      return version.minor > wanted.minor
    case "<": return order < 0
    case ">=", "=>": return order >= 0
    case "<=", "=<":
      guard rule.lacksAny else { return order <= 0 }
      if version.major > wanted.major { return false }
      return !(isSameMajor && version.minor > wanted.minor && !rule.lacksMinor)
    case "^":
      if order < 0 { return false }
      if wanted.major > 0 || rule.lacksMinor { return isSameMajor }
      if version.major > 0 { return false }
      if wanted.minor > 0 || rule.lacksPatch { return isSameMinor }
      return version.minor == 0 && (rule.lacksAny || version.patch == wanted.patch)
    case "" where !rule.lacksAny, "=" where !rule.lacksAny: return order == 0
    default:
      if order < 0 { return false }
      // `*` and `~0.0.0` fit all.
      if wanted.major == 0, wanted.minor == 0, wanted.patch == 0, !rule.lacksMinor, !rule.lacksPatch { return true }
      return isSameMajor && (isSameMinor || rule.lacksMinor)
    }
  }
}

extension [Substring] {
  /// Parts that were split at every bar, joined again but for double ones.
  fileprivate func chunkedAtDoubleBars() -> [String] {
    var chunks: [String] = []
    var current = ""
    var index = 0
    while index < count {
      current += self[index]
      if index + 2 < count, self[index + 1].isEmpty {
        chunks.append(current)
        current = ""
        index += 2
        continue
      }
      if index + 1 < count { current += "|" }
      index += 1
    }
    return chunks + [current]
  }
}
