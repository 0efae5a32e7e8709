public import AgentConfiguration
public import LogModel

/// Relabelling rules, compiled: what Prometheus does to the labels of a target before it is read.
public struct Relabeler: Sendable {
  private let rules: [RelabelRule]

  public init(compiling rules: [RelabelConfiguration]) {
    self.rules = rules.map(RelabelRule.init)
  }

  /// The labels after all rules; `nil` when a rule drops the target. Labels without a value are none.
  public func apply(_ labels: LabelSet) -> LabelSet? {
    var labels = Self.withoutEmpty(labels)
    for rule in rules where !rule.apply(to: &labels) { return nil }
    return labels
  }

  /// Whether it may make a difference for other labels, or for whether the target is dropped, what this one says.
  public func reads(_ name: String) -> Bool { rules.contains { $0.reads(name) } }

  /// What each rule does, up to the one that drops the target.
  public func explain(_ labels: LabelSet) -> [RelabelStep] {
    var labels = Self.withoutEmpty(labels)
    var steps: [RelabelStep] = []
    for rule in rules {
      let before = labels
      let verdict: RelabelStep.Verdict =
        !rule.apply(to: &labels) ? .dropped : labels == before ? .unchanged : .changed
      steps.append(
        RelabelStep(
          rule: rule.configuration, value: rule.value(of: before), before: before, after: labels, verdict: verdict)
      )
      if verdict == .dropped { break }
    }
    return steps
  }

  private static func withoutEmpty(_ labels: LabelSet) -> LabelSet {
    labels.labels.contains { $0.value.isEmpty } ? LabelSet(labels.labels.filter { !$0.value.isEmpty }) : labels
  }
}

/// What one rule did to the labels of a target.
public struct RelabelStep: Sendable {
  public enum Verdict: Hashable, Sendable {
    /// The rule did not match, or changed nothing.
    case unchanged
    case changed
    case dropped
  }

  public let rule: RelabelConfiguration
  /// The source labels' values, joined.
  public let value: String
  public let before: LabelSet
  public let after: LabelSet
  public let verdict: Verdict
}
