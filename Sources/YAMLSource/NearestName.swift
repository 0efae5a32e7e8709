/// Finds what somebody may have meant by a misspelt name.
public enum NearestName {
  /// The candidate with the fewest edits from `name`, if it is near enough to be worth a hint: at most a third of the
  /// name's length, at least one edit. Letter case and `-` for `_` do not count as edits.
  public static func of(_ name: String, among candidates: some Sequence<String>) -> String? {
    let wanted = folded(name)
    guard !wanted.isEmpty, wanted.count <= 200 else { return nil }
    var best: (name: String, distance: Int)?
    for candidate in candidates {
      let other = folded(candidate)
      var distance = edits(wanted, other)
      // Half of a compound name is a frequent slip: `period` for `sync_period`.
      if distance > 1, min(wanted.count, other.count) >= 4, isPart(wanted, of: other) || isPart(other, of: wanted) {
        distance = 1
      }
      if distance < best?.distance ?? Int.max { best = (candidate, distance) }
    }
    guard let best, best.distance <= max(1, wanted.count / 3) else { return nil }
    return best.name
  }

  /// The half sentence for an error, or `nil` without a near name.
  public static func hint(for name: String, among candidates: some Sequence<String>) -> String? {
    of(name, among: candidates).map { "did you mean \"\($0)\"?" }
  }

  private static func folded(_ name: String) -> [UInt8] {
    name.utf8.map { byte in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte + 32
      case UInt8(ascii: "-"), UInt8(ascii: "."): UInt8(ascii: "_")
      default: byte
      }
    }
  }

  private static func isPart(_ part: [UInt8], of whole: [UInt8]) -> Bool {
    whole.starts(with: part + [UInt8(ascii: "_")])
      || whole.reversed().starts(with: ([UInt8(ascii: "_")] + part).reversed())
  }

  /// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours count one each.
  static func edits(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in 0..<a.count {
      var row = [Int](repeating: 0, count: b.count + 1)
      row[0] = i + 1
      for j in 0..<b.count {
        var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
        row[j + 1] = cost
      }
      beforeLast = last
      last = row
    }
    return last[b.count]
  }
}
