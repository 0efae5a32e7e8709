import AgentConfiguration
import LogModel
import Relabeling
import SwiftailTesting
import Tailing
import Testing

@testable import Discovery
@testable import Inputs

/// What is made of changes one by one is what would be made of everything at once.
@Suite struct FileTargetsTests {
  private static func empty() -> FileTargets {
    var copy = RelabelConfiguration()
    copy.sourceLabels = ["__meta_note"]
    copy.targetLabel = "note"
    return FileTargets(job: 0, jobName: "j", relabeler: Relabeler(compiling: [copy]), host: "h", directory: "/")
  }

  /// A few paths, pods and labels, so that groups have targets in common.
  private static func group(_ random: inout SeededGenerator) -> TargetGroup {
    let targets = (0..<Int.random(in: 0..<4, using: &random)).map { _ in
      var labels = ["__meta_note": String(Int.random(in: 0..<3, using: &random))]
      labels["__meta_unread"] = String(Int.random(in: 0..<3, using: &random))
      if Int.random(in: 0..<5, using: &random) > 0 { labels["__path__"] = "/p\(Int.random(in: 0..<6, using: &random))" }
      if Int.random(in: 0..<5, using: &random) == 0 { labels["__host__"] = "other" }
      if Bool.random(using: &random) {
        labels["__meta_kubernetes_pod_uid"] = "u\(Int.random(in: 0..<5, using: &random))"
      }
      return LabelSet(labels)
    }
    return TargetGroup(
      source: "s\(Int.random(in: 0..<8, using: &random))", targets: targets,
      labels: LabelSet(["app": String(Int.random(in: 0..<2, using: &random))]))
  }

  private struct Seen: Hashable {
    var discovered: LabelSet
    var outcome: String
    var pod: String?
  }

  private static func seen(_ targets: FileTargets) -> [Seen: Int] {
    let all =
      targets.active.map { Seen(discovered: $0.discovered, outcome: "\($0.target)", pod: $0.pod) }
      + targets.left.map { Seen(discovered: $0.discovered, outcome: $0.failure.rawValue) }
    return Dictionary(all.map { ($0, 1) }, uniquingKeysWith: +)
  }

  @Test(arguments: 0..<200 as Range<UInt64>) func changesAddUpToTheWhole(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var targets = Self.empty()
    /// In the order in which the groups came.
    var groups: [(discovery: Int, group: TargetGroup)] = []
    var read: [FileTarget: Int] = [:]
    var left: [FileTargets.Failure: Int] = [:]
    for _ in 0..<60 {
      let before = targets
      let discovery = Int.random(in: 0..<2, using: &random)
      var new = [Self.group(&random)]
      if Int.random(in: 0..<8, using: &random) == 0 {
        while Bool.random(using: &random) { new.append(Self.group(&random)) }
        targets.replace(new, of: discovery)
        let kept = Set(new.map(\.source))
        groups.removeAll { $0.discovery == discovery && !kept.contains($0.group.source) }
      } else {
        targets.put(new[0], of: discovery)
      }
      for group in new {
        let place = groups.firstIndex { $0.discovery == discovery && $0.group.source == group.source }
        switch (place, group.targets.isEmpty) {
        case (let place?, false): groups[place].group = group
        case (let place?, true): groups.remove(at: place)
        case (nil, false): groups.append((discovery, group))
        case (nil, true): break
        }
      }
      var whole = Self.empty()
      for (discovery, group) in groups { whole.put(group, of: discovery) }
      #expect(targets.active.map(\.target) == whole.active.map(\.target))
      #expect(Self.seen(targets) == Self.seen(whole))
      #expect(targets.activeCount == whole.active.count)

      let changes = targets.takeChanges()
      for target in changes.targets.added { read[target, default: 0] += 1 }
      for target in changes.targets.removed { read[target, default: 0] -= 1 }
      read = read.filter { $0.value != 0 }
      #expect(read == Dictionary(whole.active.map { ($0.target, 1) }, uniquingKeysWith: +))

      let all = targets.active.map(\.pod) + targets.left.map { $0.discovered["__meta_kubernetes_pod_uid"] }
      for pod in (0..<5).map({ "u\($0)" }) { #expect(targets.has(pod: pod) == all.contains(pod)) }
      let paths = Set(targets.active.map(\.target.path))
      for path in (0..<6).map({ "/p\($0)" }) { #expect(targets.reads(path: path) == paths.contains(path)) }
      // Whatever is read no more was told of, so that it can be held.
      let now = Set(targets.active.map(\.target))
      let former = Set(changes.former.map(\.target))
      for gone in before.active where !now.contains(gone.target) { #expect(former.contains(gone.target)) }
      // Those that are not read add up, too.
      for one in changes.left { left[one.failure, default: 0] += 1 }
      for one in changes.formerLeft { left[one.failure, default: 0] -= 1 }
      left = left.filter { $0.value != 0 }
      #expect(left == Dictionary(whole.left.map { ($0.failure, 1) }, uniquingKeysWith: +))
    }
  }

  @Test func aPodWhoseNotesChangeIsReadOn() {
    func group(_ note: String) -> TargetGroup {
      TargetGroup(
        source: "s", targets: [LabelSet(["__path__": "/p", "__note": note])],
        labels: LabelSet(["__meta_kubernetes_pod_uid": "u"]))
    }
    var targets = Self.empty()
    targets.put(group("a"), of: 0)
    _ = targets.takeChanges()
    targets.put(group("b"), of: 0)
    let changes = targets.takeChanges()
    #expect(changes.targets.isEmpty)
    #expect(changes.former.isEmpty)
    #expect(targets.active.map { $0.discovered["__note"] } == ["b"])
  }
}
