import LogModel
import SwiftailTesting
import Syscalls
import Tailing
import Telemetry
import Testing

@testable import Inputs

@Suite struct RememberedPodsTests {
  private static let targets = [
    RememberedPods.Target(
      pod: "7e1d",
      target: FileTarget(
        job: 0, jobName: "k8s \"a\"", path: "/var/log/pods/*7e1d/c/*.log", exclude: "",
        labels: LabelSet(["app": "x y\n\"", "pod": "é\\"]))),
    RememberedPods.Target(pod: "", target: FileTarget(job: 0, jobName: "", path: "", exclude: "/x", labels: .empty)),
  ]

  private static func text(_ targets: [RememberedPods.Target]) -> String {
    String(decoding: RememberedPods.text(targets), as: UTF8.self)
  }

  @Test func whatIsWrittenIsReadAgain() {
    #expect(RememberedPods.parse(Self.text(Self.targets)) == Self.targets)
    #expect(RememberedPods.parse(Self.text([])) == [])
  }

  @Test func aTornOrChangedFileIsNotBelieved() {
    let text = RememberedPods.text(Self.targets)
    for length in text.indices {
      #expect(RememberedPods.parse(String(decoding: text[..<length], as: UTF8.self)) == nil)
    }
    for place in text.indices {
      var changed = text
      changed[place] ^= 1
      #expect(RememberedPods.parse(String(decoding: changed, as: UTF8.self)) == nil, "byte \(place)")
    }
  }

  @Test func aVersionIsSavedOnceAndNoFileIsMadeForNothing() {
    let files = FakeFileSystem()
    let path = "/run/positions.yaml.swiftail.pods"
    var pods = RememberedPods(besides: "/run/positions.yaml", files: files)
    #expect(pods.load().isEmpty)
    let log = Log(sink: { _ in })
    pods.save(0, [], log: log)
    #expect(files.text(path) == nil)
    files.fail(.replace, with: .noSpace)
    pods.save(1, Self.targets, log: log)
    files.fail(.replace, with: nil)
    pods.save(1, Self.targets, log: log)
    #expect(files.text(path) == Self.text(Self.targets))
    pods.save(
      1,
      {
        Issue.record("asked for"); return []
      }(), log: log)
    pods.save(2, [], log: log)
    #expect(files.text(path) == Self.text([]))
    var next = RememberedPods(besides: "/run/positions.yaml", files: files)
    #expect(next.load().isEmpty)
  }
}
