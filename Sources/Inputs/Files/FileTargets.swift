public import Discovery
public import LogModel
public import Relabeling
public import Tailing

/// Turns what discovery found into files to read: relabelling, `__host__`, `__path__`, `__path_exclude__`.
public struct FileTargets: Sendable {
  /// Why a target is not read, as `promtail_targets_failed_total` names it.
  public enum Failure: String, Sendable, CaseIterable {
    case dropped
    case wrongHost = "wrong_host"
    case noPath = "no_path"
    case exists
  }

  /// A target whose files are read.
  public struct Active: Sendable {
    /// Before relabelling.
    public var discovered: LabelSet
    public var target: FileTarget
  }

  /// A target that is not read.
  public struct Left: Hashable, Sendable {
    /// Before relabelling.
    public var discovered: LabelSet
    public var failure: Failure
  }

  public private(set) var active: [Active] = []
  public private(set) var left: [Left] = []

  /// - Parameters:
  ///   - job: the scrape config, by its place.
  ///   - host: what `__host__` must be.
  ///   - directory: what relative paths count from.
  public init(
    _ groups: [TargetGroup], job: Int, jobName: String, relabeler: Relabeler, host: String, directory: String
  ) {
    var known: Set<FileTarget> = []
    for found in groups.flatMap(\.flattened) {
      guard let labels = relabeler.apply(found) else {
        left.append(Left(discovered: found, failure: .dropped))
        continue
      }
      if let wanted = labels["__host__"], wanted != host {
        left.append(Left(discovered: found, failure: .wrongHost))
        continue
      }
      guard let path = labels["__path__"], !path.isEmpty else {
        left.append(Left(discovered: found, failure: .noPath))
        continue
      }
      let exclude = labels["__path_exclude__"] ?? ""
      let target = FileTarget(
        job: job, jobName: jobName, path: CleanPath.absolute(path, from: directory),
        exclude: exclude.isEmpty ? "" : CleanPath.absolute(exclude, from: directory),
        labels: LabelSet(
          labels.labels.filter { !$0.name.hasPrefix("__") || $0.name == StreamTable.tenantLabel }))
      if known.insert(target).inserted {
        active.append(Active(discovered: found, target: target))
      } else {
        left.append(Left(discovered: found, failure: .exists))
      }
    }
  }
}
