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

  /// What is left of a group whose targets are all gone.
  public static func gone(_ source: String) -> TargetGroup {
    TargetGroup(source: source, targets: [], labels: .empty)
  }

  /// Every target with the labels of the group; its own win.
  public var flattened: [LabelSet] { targets.indices.map { flattened($0) } }

  /// One target with the labels of the group.
  public func flattened(_ index: Int) -> LabelSet { labels.merged(with: targets[index]) }
}
