import AgentConfiguration
public import Discovery
public import LogModel
public import Relabeling

/// Turns the containers that a job's `docker_sd_configs` found into logs to read: relabelling, once for each stream.
///
/// A target that rules give a `__path__` is no container here but files, as with every other discovery. Of several targets of
/// one container, one for each network and port, the first that rules leave counts.
public struct ContainerTargets: Sendable {
  /// A container whose log is read.
  public struct Active: Sendable {
    /// Before relabelling, and without the stream.
    public var discovered: LabelSet
    /// The number of the discovery that found it.
    public var discovery: Int
    public var source: ContainerSource
    /// Labels of its entries, stdout's first, without those of a stream that is dropped.
    public var labels: [LabelSet]
  }

  /// The label by which rules see the stream.
  public static let streamLabel = "__meta_docker_container_log_stream"

  public private(set) var active: [Active] = []
  /// Targets whose logs are not read by a rule, or are read already; before relabelling.
  public private(set) var left: [FileTargets.Left] = []
  /// Targets that are files, in groups as they were found, by the numbers of the discoveries.
  public private(set) var files: [Int: [TargetGroup]] = [:]
  /// What relabelling made of each target and stream; nil where it drops it.
  public private(set) var relabelled: [LabelSet: LabelSet?] = [:]

  /// - Parameters:
  ///   - found: each discovery with all its groups.
  ///   - known: `relabelled` of the last time with the same rules.
  public init(
    _ found: [(source: DiscoveredJob.Source, groups: [TargetGroup])], jobName: String, relabeler: Relabeler,
    input: DockerInput, known old: [LabelSet: LabelSet?] = [:]
  ) {
    var known: Set<String> = []
    for (source, groups) in found {
      guard let engine = source.engine, case .docker(let configuration) = source.configuration else { continue }
      files[source.number] = []
      for group in groups {
        var paths: [LabelSet] = []
        for found in group.flattened {
          guard let id = found["__meta_docker_container_id"] else { continue }
          let both = OutputStream.allCases.map { relabel(found, $0, relabeler, old) }
          if both.contains(where: { $0?["__path__"]?.isEmpty == false }) {
            paths.append(found)
            continue
          }
          if known.contains(id) {
            left.append(.init(discovered: found, discovery: source.number, failure: .exists))
            continue
          }
          var labels: [OutputStream: LabelSet] = [:]
          for (stream, result) in zip(OutputStream.allCases, both) {
            labels[stream] = result.map { Self.ofEntries($0, found) }
          }
          if labels.isEmpty {
            left.append(.init(discovered: found, discovery: source.number, failure: .dropped))
            continue
          }
          known.insert(id)
          active.append(
            Active(
              discovered: found, discovery: source.number,
              source: ContainerSource(
                job: jobName, id: id, engine: engine, labels: labels, readsFiles: configuration.readLogFiles,
                input: input),
              labels: OutputStream.allCases.compactMap { labels[$0] }))
        }
        if !paths.isEmpty {
          files[source.number]?.append(TargetGroup(source: group.source, targets: paths, labels: .empty))
        }
      }
    }
  }

  private mutating func relabel(
    _ found: LabelSet, _ stream: OutputStream, _ relabeler: Relabeler, _ old: [LabelSet: LabelSet?]
  ) -> LabelSet? {
    var labels = found
    labels[Self.streamLabel] = stream == .stdout ? "stdout" : "stderr"
    let result = old[labels] ?? relabeler.apply(labels)
    relabelled[labels] = .some(result)
    return result
  }

  /// Loki refuses entries without a label, so the container's name stands in where rules give none.
  private static func ofEntries(_ labels: LabelSet, _ found: LabelSet) -> LabelSet {
    var kept = labels.ofEntries
    if !kept.labels.contains(where: { $0.name != StreamTable.tenantLabel }) {
      let name = found["__meta_docker_container_name"] ?? ""
      kept["container"] = name.hasPrefix("/") ? String(name.dropFirst()) : name
    }
    return kept
  }
}
