public import Discovery
public import LogModel
public import Relabeling
public import Tailing
public import Telemetry

/// Turns what discovery found into files to read: relabelling, `__host__`, `__path__`, `__path_exclude__`.
public struct FileTargets: Sendable {
  /// Why a target is not read, as `promtail_targets_failed_total` names it.
  public enum Failure: String, Sendable, CaseIterable {
    case dropped
    case wrongHost = "wrong_host"
    case noPath = "no_path"
    case exists
  }

  /// A target that is not read.
  public struct Left: Sendable {
    public var labels: LabelSet
    public var failure: Failure
  }

  public private(set) var active: [FileTarget] = []
  public private(set) var left: [Left] = []

  /// - Parameters:
  ///   - job: the scrape config, by its place.
  ///   - host: what `__host__` must be.
  ///   - directory: what relative paths count from.
  public init(
    _ groups: [TargetGroup], job: Int, jobName: String, relabeler: Relabeler, host: String, directory: String
  ) {
    for found in groups.flatMap(\.flattened) {
      guard let labels = relabeler.apply(found) else {
        left.append(Left(labels: found, failure: .dropped))
        continue
      }
      if let wanted = labels["__host__"], wanted != host {
        left.append(Left(labels: found, failure: .wrongHost))
        continue
      }
      guard let path = labels["__path__"], !path.isEmpty else {
        left.append(Left(labels: found, failure: .noPath))
        continue
      }
      let exclude = labels["__path_exclude__"] ?? ""
      let target = FileTarget(
        job: job, jobName: jobName, path: CleanPath.absolute(path, from: directory),
        exclude: exclude.isEmpty ? "" : CleanPath.absolute(exclude, from: directory),
        labels: LabelSet(
          labels.labels.filter { !$0.name.hasPrefix("__") || $0.name == StreamTable.tenantLabel }))
      if active.contains(target) {
        left.append(Left(labels: found, failure: .exists))
      } else {
        active.append(target)
      }
    }
  }

  /// Counts what is read and what is not.
  public func count(in registry: MetricRegistry) {
    let failed = registry.counter(
      "promtail_targets_failed_total", "Targets that are not read, by reason.", labels: ["reason"])
    for one in left { failed.with(one.failure.rawValue).add() }
    registry.gauge("promtail_targets_active_total", "Targets whose files are read.").with().add(Double(active.count))
  }
}
