public import Discovery
public import LogModel
public import Relabeling
public import Tailing

/// Turns what discovery found into files to read: relabelling, `__host__`, `__path__`, `__path_exclude__`.
///
/// A group that changes costs what it holds: nothing goes through all of them but the lists that pages show.
public struct FileTargets: Sendable {
  /// Why a target is not read, as `promtail_targets_failed_total` names it.
  public enum Failure: String, Sendable, CaseIterable {
    case dropped
    case wrongHost = "wrong_host"
    case noPath = "no_path"
    case exists
  }

  /// Stands for a discovery's number with the groups that the configuration itself names.
  public static let staticGroups = -1

  private static let podLabel = "__meta_kubernetes_pod_uid"

  /// A target as it was found.
  fileprivate struct Found: Sendable {
    /// The number of the discovery.
    var discovery: Int
    var group: TargetGroup
    var index: Int

    var labels: LabelSet { group.flattened(index) }
  }

  /// A target whose files are read.
  public struct Active: Sendable {
    public let target: FileTarget
    /// The pod that it belongs to, by its UID.
    public let pod: String?
    private let found: Found

    /// Before relabelling.
    public var discovered: LabelSet { found.labels }
    /// Who found it.
    public var discovery: Int { found.discovery }

    fileprivate init(found: Found, target: FileTarget, pod: String?) {
      self.found = found
      self.target = target
      self.pod = pod
    }

    /// A target of the last run.
    public init(_ remembered: RememberedPods.Target) {
      let group = TargetGroup(source: "", targets: [LabelSet([FileTargets.podLabel: remembered.pod])], labels: .empty)
      self.init(
        found: Found(discovery: FileTargets.staticGroups, group: group, index: 0), target: remembered.target,
        pod: remembered.pod)
    }
  }

  /// A target that is not read.
  public struct Left: Hashable, Sendable {
    public let failure: Failure
    private let found: Found

    /// Before relabelling.
    public var discovered: LabelSet { found.labels }
    /// Who found it.
    public var discovery: Int { found.discovery }

    fileprivate init(found: Found, failure: Failure) {
      self.found = found
      self.failure = failure
    }

    /// A target by itself.
    init(discovered: LabelSet, discovery: Int, failure: Failure) {
      let group = TargetGroup(source: "", targets: [discovered], labels: .empty)
      self.init(found: Found(discovery: discovery, group: group, index: 0), failure: failure)
    }

    public static func == (a: Left, b: Left) -> Bool { a.failure == b.failure && a.discovered == b.discovered }

    public func hash(into hasher: inout Hasher) {
      hasher.combine(failure)
      hasher.combine(discovered)
    }
  }

  /// What has become of groups that were put.
  public struct Changes: Sendable {
    /// Files to read and no more to read.
    public fileprivate(set) var targets = TargetChange()
    /// Targets that are read no more, or not as they were.
    public fileprivate(set) var former: [Active] = []
    /// Targets that are not read, as far as they are new or others than before.
    public fileprivate(set) var left: [Left] = []
    /// What was not read before, in the same groups.
    public fileprivate(set) var formerLeft: [Left] = []

    public init() {}
  }

  /// What the targets of one group became, each by itself.
  private struct Part: Sendable {
    enum Outcome: Hashable, Sendable {
      case active(FileTarget)
      case left(Failure)
    }

    var discovery: Int
    var group: TargetGroup
    var outcomes: [Outcome]
    /// The pods that the targets belong to.
    var pods: [String?]

    func found(_ index: Int) -> Found { Found(discovery: discovery, group: group, index: index) }
  }

  /// A target by its part's number and its index in it; the first of several equal ones is read.
  private struct Place: Comparable, Sendable {
    var part: Int
    var index: Int

    static func < (a: Place, b: Place) -> Bool { a.part == b.part ? a.index < b.index : a.part < b.part }
  }

  private struct Holders: Sendable {
    var first: Place
    /// In their order.
    var others: [Place] = []
  }

  /// A group's name among those of all discoveries of the job.
  private struct Origin: Hashable, Sendable {
    var discovery: Int
    var source: String
  }

  private let rules: Rules
  /// By their numbers, which say in which order they came.
  private var parts: [Int: Part] = [:]
  private var numbers: [Origin: Int] = [:]
  private var nextNumber = 0
  /// Where each file target comes from.
  private var holders: [FileTarget: Holders] = [:]
  /// How many targets there are of a pod.
  private var podUses: [String: Int] = [:]
  /// How many targets there are of a path.
  private var pathUses: [String: Int] = [:]
  private var changes = Changes()

  /// Of no groups.
  /// - Parameters:
  ///   - job: the scrape config, by its place.
  ///   - host: what `__host__` must be.
  ///   - directory: what relative paths count from.
  public init(job: Int, jobName: String, relabeler: Relabeler, host: String, directory: String) {
    rules = Rules(job: job, jobName: jobName, relabeler: relabeler, host: host, directory: directory)
  }

  // MARK: - Groups

  /// Puts a group in the place of that with the same source; one without targets removes it.
  /// - Parameter discovery: who found it.
  public mutating func put(_ group: TargetGroup, of discovery: Int) {
    let origin = Origin(discovery: discovery, source: group.source)
    let known = numbers[origin]
    let before = known.flatMap { parts[$0] }
    if before?.group == group || before == nil && group.targets.isEmpty { return }
    let number = known ?? nextNumber
    if known == nil {
      numbers[origin] = number
      nextNumber += 1
    }
    var after = rules.part(of: group, discovery: discovery, before: before)
    // What stays in its place is not touched: of most changes nothing follows for what is read.
    func stays(_ index: Int) -> Bool {
      guard let before, index < before.outcomes.count, index < after.outcomes.count else { return false }
      return before.outcomes[index] == after.outcomes[index]
    }
    if let before {
      for index in before.outcomes.indices {
        if stays(index) {
          // Equal values share their memory.
          after.outcomes[index] = before.outcomes[index]
        } else {
          remove(Place(part: number, index: index), of: before)
        }
      }
      for pod in before.pods { Self.count(-1, pod, in: &podUses) }
    }
    if group.targets.isEmpty { numbers[origin] = nil }
    parts[number] = group.targets.isEmpty ? nil : after
    for index in after.outcomes.indices where !stays(index) { add(Place(part: number, index: index), of: after) }
    for pod in after.pods { Self.count(1, pod, in: &podUses) }
  }

  /// Puts these groups in the place of all that a discovery found.
  public mutating func replace(_ groups: [TargetGroup], of discovery: Int) {
    let new = Set(groups.map(\.source))
    for origin in numbers.keys where origin.discovery == discovery && !new.contains(origin.source) {
      put(.gone(origin.source), of: discovery)
    }
    for group in groups { put(group, of: discovery) }
  }

  /// What has changed since the last call.
  public mutating func takeChanges() -> Changes {
    defer { changes = Changes() }
    return changes
  }

  private mutating func remove(_ place: Place, of part: Part) {
    let found = part.found(place.index)
    switch part.outcomes[place.index] {
    case .left(let failure): changes.formerLeft.append(Left(found: found, failure: failure))
    case .active(let target):
      Self.count(-1, target.path, in: &pathUses)
      guard var places = holders[target] else { return }
      if places.first != place {
        places.others.removeAll { $0 == place }
        changes.formerLeft.append(Left(found: found, failure: .exists))
      } else {
        changes.former.append(Active(found: found, target: target, pod: part.pods[place.index]))
        if places.others.isEmpty {
          holders[target] = nil
          return changes.targets.remove(target)
        }
        places.first = places.others.removeFirst()
        changes.formerLeft += existing(places.first)
      }
      holders[target] = places
    }
  }

  private mutating func add(_ place: Place, of part: Part) {
    switch part.outcomes[place.index] {
    case .left(let failure): changes.left.append(Left(found: part.found(place.index), failure: failure))
    case .active(let target):
      Self.count(1, target.path, in: &pathUses)
      guard var places = holders[target] else {
        holders[target] = Holders(first: place)
        return changes.targets.add(target)
      }
      let other = max(place, places.first)
      places.first = min(place, places.first)
      places.others.insert(other, at: places.others.firstIndex { other < $0 } ?? places.others.count)
      changes.left += existing(other)
      holders[target] = places
    }
  }

  /// What there is to be said of a target that is read already, under another.
  private func existing(_ place: Place) -> [Left] {
    parts[place.part].map { [Left(found: $0.found(place.index), failure: .exists)] } ?? []
  }

  private static func count(_ change: Int, _ name: String?, in counts: inout [String: Int]) {
    guard let name else { return }
    let count = counts[name, default: 0] + change
    counts[name] = count == 0 ? nil : count
  }

  // MARK: - What there is

  /// The scrape config, by its place.
  public var job: Int { rules.job }

  /// How many targets are read.
  public var activeCount: Int { holders.count }

  /// Targets that are read, groups in the order in which they came.
  public var active: [Active] {
    all.compactMap { place, part -> Active? in
      guard case .active(let target) = part.outcomes[place.index], holders[target]?.first == place else { return nil }
      return Active(found: part.found(place.index), target: target, pod: part.pods[place.index])
    }
  }

  /// Those of pods, in any order.
  public var pods: [RememberedPods.Target] {
    holders.compactMap { target, places in
      guard let pod = parts[places.first.part]?.pods[places.first.index] else { return nil }
      return RememberedPods.Target(pod: pod, target: target)
    }
  }

  /// Targets that are not read.
  public var left: [Left] {
    all.compactMap { place, part -> Left? in
      switch part.outcomes[place.index] {
      case .left(let failure): return Left(found: part.found(place.index), failure: failure)
      case .active(let target):
        return holders[target]?.first == place ? nil : Left(found: part.found(place.index), failure: .exists)
      }
    }
  }

  private var all: [(Place, Part)] {
    parts.sorted { $0.key < $1.key }.flatMap { number, part in
      part.outcomes.indices.map { (Place(part: number, index: $0), part) }
    }
  }

  /// Whether there is a target of a pod, read or not.
  func has(pod: String) -> Bool { podUses[pod] != nil }

  /// Whether a path is read.
  func reads(path: String) -> Bool { pathUses[path] != nil }

  // MARK: - One target

  /// What becomes of a target by itself.
  private struct Rules: Sendable {
    let job: Int
    let jobName: String
    let relabeler: Relabeler
    let host: String
    let directory: String

    /// - Parameter before: the group's targets that stay keep what they became.
    func part(of group: TargetGroup, discovery: Int, before: Part?) -> Part {
      var part = Part(discovery: discovery, group: group, outcomes: [], pods: [])
      let isLike = before.map { !group.labels.differs(from: $0.group.labels, in: matters) } ?? false
      var known: [LabelSet: Part.Outcome]?
      for (index, target) in group.targets.enumerated() {
        part.pods.append(target[FileTargets.podLabel] ?? group.labels[FileTargets.podLabel])
        if let before, isLike, index < before.outcomes.count,
          !target.differs(from: before.group.targets[index], in: matters)
        {
          part.outcomes.append(before.outcomes[index])
          continue
        }
        let found = group.flattened(index)
        // Within a long list most targets are what they were, if in other places.
        if let before, before.outcomes.count > 8 {
          if known == nil {
            known = Dictionary(zip(before.group.flattened, before.outcomes), uniquingKeysWith: { first, _ in first })
          }
          if let outcome = known?[found] {
            part.outcomes.append(outcome)
            continue
          }
        }
        part.outcomes.append(outcome(of: found))
      }
      return part
    }

    /// Whether it may make a difference for what is read what a label says.
    private func matters(_ name: String) -> Bool {
      !name.hasPrefix("__") || Self.special.contains(name) || relabeler.reads(name)
    }

    private static let special: Set<String> = ["__host__", "__path__", "__path_exclude__", StreamTable.tenantLabel]

    private func outcome(of found: LabelSet) -> Part.Outcome {
      guard let labels = relabeler.apply(found) else { return .left(.dropped) }
      if let wanted = labels["__host__"], wanted != host { return .left(.wrongHost) }
      guard let path = labels["__path__"], !path.isEmpty else { return .left(.noPath) }
      let exclude = labels["__path_exclude__"] ?? ""
      return .active(
        FileTarget(
          job: job, jobName: jobName, path: CleanPath.absolute(path, from: directory),
          exclude: exclude.isEmpty ? "" : CleanPath.absolute(exclude, from: directory), labels: labels.ofEntries))
    }
  }
}

extension LabelSet {
  /// What lines have of a target's labels, as relabelling left them.
  public var ofEntries: LabelSet { filter { !$0.hasPrefix("__") || $0 == StreamTable.tenantLabel } }
}
