public import LogModel
internal import YAMLSource

/// Labels with fixed values.
public struct StaticLabelsStage: Hashable, Sendable {
  /// Those without a value left out.
  public var labels: LabelSet

  init(_ options: inout StageOptions) {
    var labels: [Label] = []
    for entry in options.node.mapping ?? [] {
      let name = entry.key.text
      if name.isEmpty { options.refuse("a label needs a name") }
      if let value = options.string(name), !value.isEmpty { labels.append(Label(name, value)) }
    }
    if options.node.mapping == nil, !options.node.isNull {
      options.errors.add(options.node.unexpected("a mapping of labels", options.path))
    }
    self.labels = LabelSet(labels)
  }
}
