import LogModel
import Tailing
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

  @Test func whatIsWrittenIsReadAgain() {
    #expect(RememberedPods.parse(RememberedPods.text(Self.targets)) == Self.targets)
    #expect(RememberedPods.parse(RememberedPods.text([])) == [])
  }

  @Test func aTornOrChangedFileIsNotBelieved() {
    let text = Array(RememberedPods.text(Self.targets).utf8)
    for length in text.indices {
      #expect(RememberedPods.parse(String(decoding: text[..<length], as: UTF8.self)) == nil)
    }
    for place in text.indices {
      var changed = text
      changed[place] ^= 1
      #expect(RememberedPods.parse(String(decoding: changed, as: UTF8.self)) == nil, "byte \(place)")
    }
  }
}
