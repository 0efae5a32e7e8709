import AgentConfiguration
import GoCompat
import LogModel
import Testing

@testable import Relabeling

struct RelabelerTests {
  private static func rule(
    _ action: RelabelConfiguration.Action = .replace, _ sources: [String] = [], regex: String? = nil,
    target: String = "", replacement: String? = nil, modulus: UInt64 = 0, separator: String? = nil
  ) throws -> RelabelConfiguration {
    var rule = RelabelConfiguration()
    rule.action = action
    rule.sourceLabels = sources
    if let regex { rule.regex = try RelabelRegex(regex) }
    rule.targetLabel = target
    if let replacement { rule.replacement = replacement }
    rule.modulus = modulus
    if let separator { rule.separator = separator }
    return rule
  }

  private func apply(_ labels: [String: String], _ rules: RelabelConfiguration...) -> [String: String]? {
    Relabeler(compiling: rules).apply(LabelSet(labels)).map { set in
      Dictionary(uniqueKeysWithValues: set.labels.map { ($0.name, $0.value) })
    }
  }

  @Test func replaceCopiesAndBuilds() throws {
    #expect(apply(["env": "dev"], try Self.rule(.replace, ["env"], target: "e")) == ["env": "dev", "e": "dev"])
    #expect(apply([:], try Self.rule(target: "region", replacement: "north")) == ["region": "north"])
    let swapped = try Self.rule(.replace, ["h"], regex: #"([a-z]+)-(\d+)"#, target: "s", replacement: "$2/$1")
    #expect(apply(["h": "web-17"], swapped)?["s"] == "17/web")
    let named = try Self.rule(.replace, ["kv"], regex: #"(\w+)=(\w+)"#, target: "is_${1}", replacement: "$2")
    #expect(apply(["kv": "color=red"], named)?["is_color"] == "red")
  }

  @Test func theRegexHasToMatchTheWholeValue() throws {
    let rule = try Self.rule(.replace, ["host"], regex: "web", target: "part", replacement: "yes")
    #expect(apply(["host": "web-17"], rule) == ["host": "web-17"])
    let lines = try Self.rule(.replace, ["host"], regex: "web.*", target: "part", replacement: "yes")
    #expect(apply(["host": "web\n17"], lines)?["part"] == "yes")
  }

  @Test func anEmptyResultRemovesTheLabel() throws {
    #expect(apply(["a": "x"], try Self.rule(target: "a", replacement: "")) == [:])
    #expect(apply(["a": "x"], try Self.rule(.replace, ["nosuch"], target: "a")) == [:])
    #expect(apply(["a": ""]) == [:])
  }

  @Test func sourcesAreJoined() throws {
    let labels = ["a": "x", "b": "y"]
    #expect(apply(labels, try Self.rule(.replace, ["a", "b"], target: "c"))?["c"] == "x;y")
    #expect(apply(labels, try Self.rule(.replace, ["a", "b"], target: "c", separator: " / "))?["c"] == "x / y")
    #expect(apply(labels, try Self.rule(.replace, ["no", "a", "no"], target: "c"))?["c"] == ";x;")
  }

  @Test func keepAndDrop() throws {
    #expect(apply(["e": "dev"], try Self.rule(.keep, ["e"], regex: "dev|test")) != nil)
    #expect(apply(["e": "prod"], try Self.rule(.keep, ["e"], regex: "dev|test")) == nil)
    #expect(apply(["e": "prod"], try Self.rule(.drop, ["e"], regex: "prod")) == nil)
    #expect(apply(["e": "production"], try Self.rule(.drop, ["e"], regex: "prod")) != nil)
    #expect(apply(["a": "x", "b": "x"], try Self.rule(.keepequal, ["a"], target: "b")) != nil)
    #expect(apply(["a": "x", "b": "y"], try Self.rule(.keepequal, ["a"], target: "b")) == nil)
    #expect(apply(["a": "x", "b": "x"], try Self.rule(.dropequal, ["a"], target: "b")) == nil)
    #expect(apply(["a": "x", "b": "y"], try Self.rule(.dropequal, ["a"], target: "b")) != nil)
  }

  @Test(arguments: [
    (["alpha"], UInt64(1000), "593"), (["alpha", "beta"], .max, "3912088232078462887"), ([], 7, "1"),
  ])
  func hashmod(values: [String], modulus: UInt64, expected: String) throws {
    let names = ["a", "b"].prefix(values.count)
    let labels = Dictionary(uniqueKeysWithValues: zip(names, values))
    #expect(apply(labels, try Self.rule(.hashmod, Array(names), target: "h", modulus: modulus))?["h"] == expected)
  }

  @Test func labelmapLabeldropLabelkeep() throws {
    let map = try Self.rule(.labelmap, regex: "__meta_label_(.+)", replacement: "k8s_${1}_name")
    #expect(apply(["__meta_label_app": "web"], map)?["k8s_app_name"] == "web")
    #expect(apply(["tmp_a": "1", "a_tmp_": "2"], try Self.rule(.labeldrop, regex: "tmp_.*")) == ["a_tmp_": "2"])
    #expect(apply(["job": "1", "b": "2"], try Self.rule(.labelkeep, regex: "job")) == ["job": "1"])
  }

  @Test(arguments: [("DeV", "dev", "DEV"), ("Straße", "straße", "STRAßE"), ("ÄÖ", "äö", "ÄÖ")])
  func letterCase(value: String, lower: String, upper: String) throws {
    #expect(apply(["e": value], try Self.rule(.lowercase, ["e"], target: "e"))?["e"] == lower)
    #expect(apply(["e": value], try Self.rule(.uppercase, ["e"], target: "e"))?["e"] == upper)
  }

  @Test func rulesRunInOrder() throws {
    let rules = [
      try Self.rule(.replace, ["a"], target: "b", replacement: "${1}2"),
      try Self.rule(.replace, ["b"], target: "a", replacement: "${1}3"), try Self.rule(.labeldrop, regex: "b"),
    ]
    #expect(Relabeler(compiling: rules).apply(LabelSet(["a": "1"])) == LabelSet(["a": "123"]))
  }

  @Test func explanationsShowEachRule() throws {
    let rules = [
      try Self.rule(.replace, ["a"], target: "b"), try Self.rule(.labeldrop, regex: "z"),
      try Self.rule(.drop, ["b"], regex: "x"), try Self.rule(target: "never", replacement: "seen"),
    ]
    let steps = Relabeler(compiling: rules).explain(LabelSet(["a": "x"]))
    #expect(steps.map(\.verdict) == [.changed, .unchanged, .dropped])
    #expect(steps[0].before == LabelSet(["a": "x"]))
    #expect(steps[0].after == LabelSet(["a": "x", "b": "x"]))
    #expect(steps[2].value == "x")
  }

  @Test(arguments: [
    ("", "d41d8cd98f00b204e9800998ecf8427e"), ("abc", "900150983cd24fb0d6963f7d28e17f72"),
    (String(repeating: "1234567890", count: 8), "57edf4a22be3c955ac49da2e2107b67a"),
    (String(repeating: "a", count: 56), "3b0c8ac703f828b04c6c197006d17218"),
  ])
  func md5(text: String, expected: String) {
    let hash = MD5.hash(Array(text.utf8)).map { byte in
      let hex = String(byte, radix: 16)
      return hex.count < 2 ? "0" + hex : hex
    }
    #expect(hash.joined() == expected)
  }

  /// Other labels and whether the target stays are the same, whatever a label says that is not read.
  @Test func whatIsNotReadMakesNoDifference() throws {
    var random = SystemRandomNumberGenerator()
    let names = ["a", "b", "c", "__d", "__e"]
    func name() -> String { names.randomElement(using: &random)! }
    for _ in 0..<2000 {
      let rules = try (0..<3).map { _ in
        try Self.rule(
          RelabelConfiguration.Action.allCases.randomElement(using: &random)!, [name(), name()],
          regex: [".*", "[ab]", "(.)", "1;.*", "__(.)"].randomElement(using: &random)!, target: name(),
          replacement: ["$1", "x", "__d"].randomElement(using: &random)!, modulus: 3)
      }
      let relabeler = Relabeler(compiling: rules)
      var labels = LabelSet(Dictionary(names.map { ($0, String(Int.random(in: 0..<3))) }, uniquingKeysWith: { $1 }))
      let changed = name()
      if relabeler.reads(changed) { continue }
      func others() -> LabelSet? { relabeler.apply(labels).map { $0.filter { $0 != changed } } }
      let before = others()
      labels[changed] = "other"
      #expect(others() == before)
      labels[changed] = nil
      #expect(others() == before)
    }
  }
}
