/// Keeps only the labels it lists.
public struct LabelAllowStage: Hashable, Sendable {
  public var names: [String]

  init?(_ options: inout StageOptions) {
    guard let names = options.ownStrings() else { return nil }
    if names.isEmpty, options.hasNoErrors { options.refuse("stage \"labelallow\" needs label names") }
    self.names = names
  }
}
