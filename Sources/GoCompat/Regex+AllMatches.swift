extension Regex {
  /// Visits all matches from left to right as Go's `FindAll` finds them: an empty match right behind another does not
  /// count.
  /// - Parameters:
  ///   - limit: of matches; nil: all.
  ///   - visit: is given the groups of a match, group 0 first.
  public func forEachMatch(
    in text: UnsafeBufferPointer<UInt8>, limit: Int? = nil, _ visit: ([GroupRange]) throws -> Void
  ) rethrows {
    let isValid = UTF8Text.isValid(text)
    let repaired = isValid ? nil : UTF8Text.Repaired(text)
    guard let repaired else { return try forEachMatch(valid: text, limit: limit, visit) }
    try repaired.bytes.withUnsafeBufferPointer { copy in
      try forEachMatch(valid: copy, limit: limit) { groups in
        try visit(
          groups.map { group in
            guard group.isMatched else { return group }
            return GroupRange(
              start: Int32(repaired.original(of: Int(group.start))), end: Int32(repaired.original(of: Int(group.end))))
          })
      }
    }
  }

  private func forEachMatch(
    valid text: UnsafeBufferPointer<UInt8>, limit: Int?, _ visit: ([GroupRange]) throws -> Void
  ) rethrows {
    var groups = [GroupRange](repeating: .none, count: groupCount + 1)
    var place = 0
    var lastEnd = -1
    var found = 0
    while place <= text.count, found < limit ?? .max {
      let isFound = groups.withUnsafeMutableBufferPointer { search(text, from: place, into: $0) }
      guard isFound else { return }
      let match = groups[0].range
      if match.upperBound > place {
        place = match.upperBound
      } else {
        // Past the character here.
        place += place < text.count ? max(1, UTF8Text.sequenceLength(text, place)) : 1
      }
      if match.isEmpty, match.lowerBound == lastEnd { continue }
      lastEnd = match.upperBound
      found += 1
      try visit(groups)
    }
  }
}
