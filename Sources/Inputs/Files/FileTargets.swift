public import Discovery
public import LogModel
public import Relabeling
public import Tailing

/// Turns what discovery found into files to read: relabelling, `__host__`, `__path__`, `__path_exclude__`.
///
/// Groups that are what they were the last time are not looked at again: of thousands of targets a few change at a time.
public struct FileTargets: Sendable {
  /// Why a target is not read, as `promtail_targets_failed_total` names it.
  public enum Failure: String, Sendable, CaseIterable {
    case dropped
    case wrongHost = "wrong_host"
    case noPath = "no_path"
    case exists
  }

  private static let podLabel = "__meta_kubernetes_pod_uid"

  /// A target whose files are read.
  public struct Active: Sendable {
    /// Before relabelling.
    public let discovered: LabelSet
    public let target: FileTarget
    /// The pod that it belongs to, by its UID.
    public let pod: String?

    init(discovered: LabelSet, target: FileTarget) {
      self.discovered = discovered
      self.target = target
      pod = discovered[FileTargets.podLabel]
    }

    /// A target of the last run.
    public init(_ remembered: RememberedPods.Target) {
      self.init(discovered: LabelSet([FileTargets.podLabel: remembered.pod]), target: remembered.target)
    }
  }

  /// A target that is not read.
  public struct Left: Hashable, Sendable {
    /// Before relabelling.
    public let discovered: LabelSet
    public let failure: Failure
    let pod: String?

    init(discovered: LabelSet, failure: Failure) {
      self.discovered = discovered
      self.failure = failure
      pod = discovered[FileTargets.podLabel]
    }
  }

  /// What the targets of one group became, each by itself.
  private struct Part: Sendable {
    enum Outcome: Sendable {
      case active(Active)
      case left(Left)
    }

    var group: TargetGroup
    var outcomes: [Outcome]

    var active: [Active] { outcomes.compactMap { if case .active(let active) = $0 { active } else { nil } } }
    var left: [Left] { outcomes.compactMap { if case .left(let left) = $0 { left } else { nil } } }
  }

  public private(set) var active: [Active] = []
  public private(set) var left: [Left] = []
  /// Of groups that have changed or are gone: what was read and what was not.
  public private(set) var former: (active: [Active], left: [Left]) = ([], [])
  /// Of groups that have changed or are new, and what is there several times: what is not read.
  public private(set) var changedLeft: [Left] = []
  /// What is read already, under another group.
  private var existing: [Left] = []
  private var parts: [String: Part] = [:]

  /// Of no groups.
  public init() {}

  /// - Parameters:
  ///   - job: the scrape config, by its place.
  ///   - host: what `__host__` must be.
  ///   - directory: what relative paths count from.
  ///   - old: of the last time, with the same rules.
  public init(
    _ groups: [TargetGroup], job: Int, jobName: String, relabeler: Relabeler, host: String, directory: String,
    after old: FileTargets = FileTargets()
  ) {
    let rules = Rules(job: job, jobName: jobName, relabeler: relabeler, host: host, directory: directory)
    var rest = old.parts
    var known: Set<FileTarget> = []
    parts.reserveCapacity(groups.count)
    known.reserveCapacity(old.active.count)
    active.reserveCapacity(old.active.count)
    for group in groups {
      // Two discoveries of a job may name a group alike.
      var key = group.source
      while parts[key] != nil { key += "#" }
      let before = rest.removeValue(forKey: key)
      let part: Part
      if let before, before.group == group {
        part = before
      } else {
        part = rules.part(of: group, before: before)
        if let before { noteFormer(before) }
        changedLeft += part.left
      }
      parts[key] = part
      for outcome in part.outcomes {
        switch outcome {
        case .active(let one) where known.insert(one.target).inserted: active.append(one)
        case .active(let one): existing.append(Left(discovered: one.discovered, failure: .exists))
        case .left(let one): left.append(one)
        }
      }
    }
    for gone in rest.values { noteFormer(gone) }
    left += existing
    changedLeft += existing
    former.left += old.existing
  }

  private mutating func noteFormer(_ part: Part) {
    former.active += part.active
    former.left += part.left
  }

  /// What becomes of a target by itself.
  private struct Rules {
    let job: Int
    let jobName: String
    let relabeler: Relabeler
    let host: String
    let directory: String

    /// - Parameter before: the group's targets that stay keep what they became.
    func part(of group: TargetGroup, before: Part?) -> Part {
      var known: [LabelSet: Part.Outcome] = [:]
      // A pod's group is made anew for one change; a list of a thousand targets is mostly what it was.
      if let before, before.outcomes.count > 8 {
        for outcome in before.outcomes {
          switch outcome {
          case .active(let one): known[one.discovered] = outcome
          case .left(let one): known[one.discovered] = outcome
          }
        }
      }
      return Part(group: group, outcomes: group.flattened.map { known[$0] ?? outcome(of: $0) })
    }

    private func outcome(of found: LabelSet) -> Part.Outcome {
      guard let labels = relabeler.apply(found) else { return .left(Left(discovered: found, failure: .dropped)) }
      if let wanted = labels["__host__"], wanted != host {
        return .left(Left(discovered: found, failure: .wrongHost))
      }
      guard let path = labels["__path__"], !path.isEmpty else {
        return .left(Left(discovered: found, failure: .noPath))
      }
      let exclude = labels["__path_exclude__"] ?? ""
      let target = FileTarget(
        job: job, jobName: jobName, path: CleanPath.absolute(path, from: directory),
        exclude: exclude.isEmpty ? "" : CleanPath.absolute(exclude, from: directory),
        labels: LabelSet(
          labels.labels.filter { !$0.name.hasPrefix("__") || $0.name == StreamTable.tenantLabel }))
      return .active(Active(discovered: found, target: target))
    }
  }
}
