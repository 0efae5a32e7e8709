import AgentConfiguration
import Discovery
import Inputs
import LogModel
import Relabeling
import Tailing

extension JobTargets {
  /// One job as the pages show it.
  struct Job: Sendable {
    var name: String
    var relabeler: Relabeler
    /// How discoveries fare; what they found is in `files` and `containers`.
    var sources: [DiscoveredJob.Source] = []
    var files: FileTargets
    /// What engines found, by the numbers of the discoveries.
    var engineGroups: [Int: TargetGroups] = [:]
    /// What relabelling made of containers and their streams, by the rules of this job.
    var relabelled: [LabelSet: LabelSet?] = [:]
    /// Containers that are not read.
    var leftContainers: [FileTargets.Left] = []
    /// What was not read when the job's configuration was taken over, so that it is not counted again.
    var leftBefore: [FileTargets.Left] = []
    /// Containers whose logs are read through their engine.
    var containers: [ContainerTargets.Active] = []
    /// The journal that is read.
    var journal: JournalSource?
    /// Those of pods of the last run, until it is known which pods there are.
    var remembered: [FileTargets.Active] = []
    /// Those of pods that are gone.
    var held = HeldTargets()

    init(name: String, relabeler: Relabeler, files: FileTargets) {
      self.name = name
      self.relabeler = relabeler
      self.files = files
    }

    /// Files that are read, but for those of pods that are gone.
    var active: [FileTargets.Active] { files.active }
    /// What is not read.
    var left: [FileTargets.Left] { leftContainers + files.left }
    /// Whatever is read: targets that were found, those of pods that are gone, and of the last run while nobody tells which
    /// pods there are.
    var read: [FileTargets.Active] { active + held.held.map(\.active) + remembered }

    /// The mechanism of a discovery.
    func mechanism(_ discovery: Int) -> String? { sources.first { $0.number == discovery }?.mechanism }
  }
}

extension DiscoveredJob.Source {
  /// Whether it tells which pods there are.
  fileprivate var findsPods: Bool { if case .kubernetes = configuration { true } else { false } }
}

/// What discoveries have made of a job.
struct JobChange {
  var files = TargetChange()
  /// Whether other containers are read.
  var concernsContainers = false
  /// What is not read, as far as it may be new, and what was not read in its place.
  var left: [FileTargets.Left] = []
  var formerLeft: [FileTargets.Left] = []
}

extension JobTargets.Job {
  /// Takes over what discoveries found; nil where nobody has asked them yet.
  /// - Parameter now: monotonic nanoseconds.
  mutating func take(_ found: [DiscoveredJob.Source]?, _ docker: DockerInput, now: Int64) -> JobChange {
    var change = JobChange()
    sources = []
    for var source in found ?? [] {
      if source.engine == nil {
        for group in source.changes { files.put(group, of: source.number) }
      } else if !source.changes.isEmpty {
        for group in source.changes { engineGroups[source.number, default: TargetGroups()].put(group) }
        change.concernsContainers = true
      }
      source.changes = []
      sources.append(source)
    }
    if change.concernsContainers {
      change.formerLeft = leftContainers
      findContainers(docker)
      change.left = leftContainers
    }
    let changed = files.takeChanges()
    change.left += changed.left
    change.formerLeft += changed.formerLeft + leftBefore
    leftBefore = []
    change.files = changed.targets
    change.files.append(hold(changed.former, isKnown: found != nil, now: now))
    return change
  }

  private mutating func findContainers(_ docker: DockerInput) {
    let containers = ContainerTargets(
      sources.map { ($0, engineGroups[$0.number]?.all ?? []) }, jobName: name, relabeler: relabeler, input: docker,
      known: relabelled)
    for (discovery, groups) in containers.files { files.replace(groups, of: discovery) }
    relabelled = containers.relabelled
    self.containers = containers.active
    leftContainers = containers.left
  }

  /// Holds what was read of pods that are gone.
  private mutating func hold(_ former: [FileTargets.Active], isKnown: Bool, now: Int64) -> TargetChange {
    let arePodsKnown = isKnown && sources.allSatisfy { $0.hasAnswered || !$0.findsPods }
    let gone = arePodsKnown ? remembered : []
    let files = files
    var change = changingHeld { $0.update(before: former + gone, after: files, now: now) }
    if arePodsKnown { remembered = [] }
    for one in gone { change.remove(numbered(one.target)) }
    return change
  }

  /// Lets go the targets of deleted pods whose files are read to the end.
  mutating func release(_ look: HeldTargets.Look, _ files: MatchedFiles, now: Int64) -> TargetChange {
    changingHeld { $0.release(look, now: now, files: files) }
  }

  private mutating func changingHeld(_ body: (inout HeldTargets) -> Bool) -> TargetChange {
    var change = TargetChange()
    let before = held.targets
    guard body(&held) else { return change }
    for target in held.targets { change.add(numbered(target)) }
    for target in before { change.remove(numbered(target)) }
    return change
  }

  /// With the job's number: those of an earlier configuration may have another.
  func numbered(_ target: FileTarget) -> FileTarget {
    var target = target
    target.job = files.job
    return target
  }
}
