import LogModel
import Testing

@testable import Discovery

@Suite struct TargetGroupsTests {
  private func group(_ source: Int, _ targets: Int) -> TargetGroup {
    TargetGroup(
      source: String(source), targets: (0..<targets).map { LabelSet(["n": String($0)]) },
      labels: LabelSet(["source": String(source)]))
  }

  @Test func changesAddUpToWhatIsThere() {
    var random = SystemRandomNumberGenerator()
    var groups = TargetGroups()
    var expected: [String: TargetGroup] = [:]
    for _ in 0..<2000 {
      if Int.random(in: 0..<10, using: &random) > 0 {
        let group = group(.random(in: 0..<12, using: &random), .random(in: 0..<3, using: &random))
        let new = group.targets.isEmpty ? nil : group
        #expect(groups.put(group) == (expected[group.source] != new))
        expected[group.source] = new
      } else {
        let all = (0..<Int.random(in: 0..<8, using: &random)).map { _ in
          group(.random(in: 0..<12, using: &random), .random(in: 0..<3, using: &random))
        }
        let new = Dictionary(all.map { ($0.source, $0) }, uniquingKeysWith: { _, last in last })
          .filter { !$0.value.targets.isEmpty }
        let sources = Set(expected.keys).union(new.keys)
        let changed = groups.replace(all)
        #expect(Set(changed) == sources.filter { expected[$0] != new[$0] })
        #expect(changed.count == Set(changed).count)
        expected = new
      }
      #expect(groups.all.count == expected.count)
      #expect(groups.all.allSatisfy { expected[$0.source] == $0 && groups[$0.source] == $0 })
      #expect(groups.targetCount == expected.values.reduce(0) { $0 + $1.targets.count })
    }
  }
}
