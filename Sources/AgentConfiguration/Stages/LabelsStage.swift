/// Labels from extracted values.
public struct LabelsStage: Hashable, Sendable {
  public var labels: [SourcedName]

  init(_ options: inout StageOptions) {
    labels = options.ownSourcedNames()
    for label in labels where !Self.isLabelName(label.name) {
      options.refuse(
        "\"\(label.name)\" is no label name", label.name,
        hint: "use letters, digits and underscores, and no digit at the start")
    }
  }

  /// Prometheus' classic rule: `[a-zA-Z_][a-zA-Z0-9_]*`.
  static func isLabelName(_ name: String) -> Bool {
    guard let first = name.utf8.first, first &- 48 > 9 else { return false }
    return name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
  }
}
