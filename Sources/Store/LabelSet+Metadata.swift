public import LogModel

extension LabelSet {
  /// With structured metadata beside the labels; a name that is a label already gets `_extracted`, as in Loki.
  public func adding(_ metadata: [Label]) -> LabelSet {
    if metadata.isEmpty { return self }
    return LabelSet(
      labels + metadata.map { self[$0.name] == nil ? $0 : Label($0.name + "_extracted", $0.value) })
  }
}
