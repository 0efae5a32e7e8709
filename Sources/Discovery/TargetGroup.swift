public import LogModel

/// What one source of a discovery found: targets with the labels they have in common, as in Prometheus.
///
/// The source has a name, so that an update replaces exactly what came from it.
public struct TargetGroup: Hashable, Sendable {
  public var source: String
  public var targets: [LabelSet]
  public var labels: LabelSet

  public init(source: String, targets: [LabelSet], labels: LabelSet) {
    self.source = source
    self.targets = targets
    self.labels = labels
  }

  /// Every target with the labels of the group; its own win.
  public var flattened: [LabelSet] {
    targets.map { target in
      var all = labels
      for label in target.labels { all[label.name] = label.value }
      return all
    }
  }
}
