import LogModel
import Testing

@testable import Discovery

@Suite struct TargetGroupFileTests {
  @Test func jsonAndYAMLSayTheSame() throws {
    let json = #"[{"targets": ["a:1", "b:2"], "labels": {"job": "x \ud83d\ude00"}}]"#
    let yaml = "- targets: ['a:1', 'b:2']\n  labels: {job: \"x \u{1F600}\"}\n"
    let wanted = [
      LabelSet(["__address__": "a:1", "job": "x \u{1F600}", "__meta_x": "y"]),
      LabelSet(["__address__": "b:2", "job": "x \u{1F600}", "__meta_x": "y"]),
    ]
    let meta = ["__meta_x": "y"]
    #expect(try TargetGroupFile.json(Array(json.utf8), name: "f", meta: meta).flatMap(\.flattened) == wanted)
    #expect(try TargetGroupFile.yaml(yaml, name: "f", meta: meta).flatMap(\.flattened) == wanted)
  }

  @Test(arguments: ["{}", "[1]", "[{\"target\": []}]", "[{\"targets\": [1]}]", "[{\"labels\": {\"a\": 1}}]", "[", ""])
  func wrongJSONIsRefused(_ text: String) {
    #expect(throws: DiscoveryError.self) { try TargetGroupFile.json(Array(text.utf8), name: "f", meta: [:]) }
  }

  @Test(arguments: ["a: 1", "- target: []", "- targets: x", "- labels: [x]", "- ["])
  func wrongYAMLIsRefused(_ text: String) {
    #expect(throws: (any Error).self) { try TargetGroupFile.yaml(text, name: "f", meta: [:]) }
  }

  @Test func retryPausesGrowToAMinuteAndScatter() {
    var pause = RetryPause()
    let pauses = (0..<12).map { _ in pause.next() }
    #expect(pauses[0] >= 800_000_000 && pauses[0] <= 1_200_000_000)
    #expect(pauses[11] >= 48_000_000_000 && pauses[11] <= 72_000_000_000)
  }
}
