import GoCompat

/// `regex`: named groups become extracted values.
struct CompiledRegex: ~Copyable, Sendable {
  struct Group: Sendable {
    var number: Int
    var slot: Int
  }
  var regex: Regex
  var groups: [Group]
  /// nil: the line.
  var source: Int?
}

extension LineContext {
  mutating func run(_ stage: borrowing CompiledRegex, groups: UnsafeMutableBufferPointer<GroupRange>) {
    var input = line
    if let source = stage.source {
      guard let value = text(slots[source]) else { return }
      input = value
    }
    let found = UnsafeMutableBufferPointer(rebasing: groups[0...stage.regex.groupCount])
    guard stage.regex.match(bytes(input), from: 0, into: found) else { return }
    for group in stage.groups {
      // A group that took no part is "" (recorded: regex/…).
      slots[group.slot] = .text(input.part(found[group.number].range))
    }
  }
}
