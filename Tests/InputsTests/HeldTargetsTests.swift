import LogModel
import Positions
import Relabeling
import Syscalls
import Tailing
import Testing

@testable import Discovery
@testable import Inputs

@Suite struct HeldTargetsTests {
  private let second: Int64 = 1_000_000_000

  private func targets(_ pods: [String], app: String = "web") -> FileTargets {
    let group = TargetGroup(
      source: "s",
      targets: pods.map {
        LabelSet(["__meta_kubernetes_pod_uid": $0, "__path__": "/nowhere/\($0)/*.log", "app": app])
      }, labels: .empty)
    return targets(group)
  }

  private func targets(_ group: TargetGroup) -> FileTargets {
    var targets = FileTargets(
      job: 0, jobName: "j", relabeler: Relabeler(compiling: []), host: "h", directory: "/")
    targets.put(group, of: 0)
    return targets
  }

  private func files(_ acked: [String: UInt64] = [:]) -> MatchedFiles {
    MatchedFiles(
      files: LinuxFileSystem(),
      positions: acked.map { path, offset in
        FilePosition(
          path: path, job: "j", identity: .none, fingerprint: .empty, offsets: ["c": offset], isRotated: true)
      })
  }

  @Test func onlyPodsThatAreGoneAreHeld() {
    var held = HeldTargets()
    _ = held.update(before: targets(["a", "b"]).active, after: targets(["a"]), now: 0)
    #expect(held.targets.map(\.path) == ["/nowhere/b/*.log"])
    // Other labels of the same pod are no end of it.
    _ = held.update(before: targets(["a"]).active, after: targets(["a"], app: "other"), now: 0)
    #expect(held.held.count == 1)
    // It is there again.
    _ = held.update(before: targets(["a"]).active, after: targets(["a", "b"]), now: 0)
    #expect(held.held.isEmpty)
  }

  @Test func withoutFilesTheyGoAfterASecond() {
    var held = HeldTargets()
    _ = held.update(before: targets(["a"]).active, after: targets([]), now: 0)
    let early = held.release(.again, now: 0, files: files())
    #expect(!early)
    let late = held.release(.again, now: second, files: files())
    #expect(late)
    #expect(held.held.isEmpty)
  }

  @Test func aDeletedFileThatIsStillReadHoldsThem() {
    var held = HeldTargets()
    _ = held.update(before: targets(["a"]).active, after: targets([]), now: 0)
    let early = held.release(.again, now: 3600 * second, files: files(["/nowhere/a/0.log": 5]))
    #expect(!early)
    let late = held.release(.again, now: 3610 * second, files: files())
    #expect(late)
  }

  @Test func whatWaitsLongIsLookedAtEverMoreSeldom() {
    var held = HeldTargets()
    _ = held.update(before: targets(["a"]).active, after: targets([]), now: 0)
    let files = files(["/nowhere/a/0.log": 5])
    var looks: [Int64] = []
    for now in stride(from: 0, through: 3600 * second, by: Int(second / 2)) where held.areWorthALook(.again, now: now) {
      looks.append(now)
      let isReleased = held.release(.again, now: now, files: files)
      #expect(!isReleased)
    }
    let intervals = zip(looks.dropFirst(), looks).map { $0 - $1 }
    #expect(intervals.first == second)
    #expect(intervals.max() == HeldTargets.longestInterval)
    #expect(looks.count { $0 <= 15 * second } < 20)
  }

  @Test func targetsOfOtherDiscoveriesAreNotHeld() {
    let group = TargetGroup(source: "s", targets: [LabelSet(["__path__": "/x"])], labels: .empty)
    let before = targets(group)
    var held = HeldTargets()
    _ = held.update(before: before.active, after: targets([]), now: 0)
    #expect(held.held.isEmpty)
  }

  @Test func theFirstLookIsTakenOnce() {
    var held = HeldTargets()
    let isChanged = held.update(before: targets(["a"]).active, after: targets([]), now: 0)
    #expect(isChanged)
    for now in [0, 3600 * second] {
      let isReleased = held.release(.first, now: now, files: files())
      #expect(!isReleased)
    }
    let isReleased = held.release(.again, now: 3600 * second, files: files())
    #expect(isReleased)
  }
}
