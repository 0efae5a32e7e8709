import Testing

@testable import LogModel

@Suite struct LabelSetTests {
  private func names(_ seed: UInt64) -> [Label] {
    var number = seed
    return (0..<Int(seed % 9)).map { _ in
      number = number &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let name = ["a", "a_b", "aB", "a-b", "__x", "é", "\u{10000}", "\u{FFFD}", ""][Int(number >> 33) % 9]
      return Label(name, String(number >> 60))
    }
  }

  private func table(_ labels: [Label]) -> [String: String] {
    Dictionary(labels.map { ($0.name, $0.value) }, uniquingKeysWith: { _, last in last })
  }

  private func sorted(_ table: [String: String]) -> [Label] {
    table.map { Label($0.key, $0.value) }.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  @Test func ofSeveralWithOneNameTheLastCounts() {
    for seed in 0..<500 as Range<UInt64> {
      let labels = names(seed)
      #expect(LabelSet(labels).labels == sorted(table(labels)))
    }
  }

  @Test func othersWinWhereSetsAreMerged() {
    for seed in 0..<500 as Range<UInt64> {
      let (a, b) = (names(seed), names(seed &* 31 &+ 7))
      let merged = LabelSet(a).merged(with: LabelSet(b))
      #expect(merged.labels == sorted(table(a).merging(table(b)) { _, own in own }))
    }
  }

  @Test func aLabelIsFoundSetAndRemoved() {
    for seed in 0..<500 as Range<UInt64> {
      var (set, expected) = (LabelSet.empty, [String: String]())
      for label in names(seed) + names(seed &* 17 &+ 3) {
        let value = label.value.hasSuffix("1") ? nil : label.value
        set[label.name] = value
        expected[label.name] = value
        #expect(set[label.name] == value)
      }
      #expect(set.labels == sorted(expected))
      for label in names(seed &+ 1) { #expect(set[label.name] == expected[label.name]) }
    }
  }

  @Test func onlyWhatMattersMakesADifference() {
    for seed in 0..<500 as Range<UInt64> {
      let (a, b) = (LabelSet(names(seed)), LabelSet(names(seed &* 31 &+ 7)))
      for wanted in [["a"], ["a_b", "é", ""], ["__x", "aB", "a-b", "\u{10000}"]] {
        #expect(a.differs(from: b) { wanted.contains($0) } == wanted.contains { a[$0] != b[$0] })
      }
      #expect(!a.differs(from: a) { _ in true })
    }
  }
}
