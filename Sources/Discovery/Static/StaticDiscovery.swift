public import AgentConfiguration
import LogModel

/// `static_configs`: targets that the configuration lists itself.
public enum StaticDiscovery {
  public static func groups(_ configurations: [StaticConfiguration]) -> [TargetGroup] {
    configurations.enumerated().map { index, configuration in
      TargetGroup(
        source: String(index), targets: configuration.effectiveTargets.map { LabelSet(["__address__": $0]) },
        labels: configuration.labels)
    }
  }
}
