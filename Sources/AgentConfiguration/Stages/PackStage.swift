/// Puts labels and line into a JSON object, which becomes the line.
public struct PackStage: Hashable, Sendable {
  public var labels: [String]
  /// The entry gets the time of packing.
  public var ingestTimestamp: Bool

  init(_ options: inout StageOptions) {
    labels = options.strings("labels") ?? []
    ingestTimestamp = options.bool("ingest_timestamp") ?? true
  }
}
