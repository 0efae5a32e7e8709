/// An extracted value becomes the line.
public struct OutputStage: Hashable, Sendable {
  public var source: String

  init?(_ options: inout StageOptions) {
    guard let source = options.requiredString("source") else { return nil }
    self.source = source
  }
}
