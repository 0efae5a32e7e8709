/// Structured metadata from extracted values.
public struct StructuredMetadataStage: Hashable, Sendable {
  public var values: [SourcedName]

  init(_ options: inout StageOptions) {
    values = options.ownSourcedNames()
  }
}
