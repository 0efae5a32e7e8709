import LogModel
public import Tailing

/// Targets of pods that are gone, kept until their files are read to the end: what a pod wrote last is what explains why
/// it went.
public struct HeldTargets: Sendable {
  public struct Held: Sendable {
    /// What it was when the pod was last seen.
    public var active: FileTargets.Active
    /// When the pod was missed: monotonic nanoseconds.
    public var since: Int64
    /// Sizes of its files when they were first looked at after that.
    var sizes: [String: UInt64] = [:]
    /// Sizes when they were last seen.
    var seen: [String: UInt64] = [:]
    /// When its files were last looked at: monotonic nanoseconds.
    var looked: Int64?

    /// Whether there is something to be learned. Of what has no files nothing is, until they may be let go; and what has
    /// waited long, for an endpoint that is down, is looked at ever more seldom.
    func isWorthALook(_ look: Look, _ now: Int64) -> Bool {
      guard let looked else { return true }
      return look == .again && (!seen.isEmpty || now - since >= HeldTargets.leastWait)
        && now - looked >= min((now - since) / 4, HeldTargets.longestInterval)
    }
  }

  /// Whose files are looked at.
  public enum Look: Sendable {
    /// Of those that nobody has looked at yet.
    case first
    case again
  }

  /// How long files are followed that grow on after their pod is gone: a pod that was deleted by force ends later than its
  /// object. What was there when the pod went is read in any case, however long it takes.
  static let patience: Int64 = 15_000_000_000
  /// How long they are held at least.
  static let leastWait: Int64 = 1_000_000_000
  /// How much later than its files are read a target may be let go.
  static let longestInterval: Int64 = 10_000_000_000

  public private(set) var held: [Held] = []

  public init() {}

  public var targets: [FileTarget] { held.map(\.active.target) }

  /// Compares what a job had with what it has.
  /// - Parameters:
  ///   - before: targets that may be gone.
  ///   - now: monotonic nanoseconds.
  /// - Returns: whether others are held.
  public mutating func update(before: [FileTargets.Active], after: FileTargets, now: Int64) -> Bool {
    // A pod that is there again, or another target that reads the files, ends it.
    func isNeeded(_ active: FileTargets.Active) -> Bool {
      guard let pod = active.pod else { return false }
      return !after.has(pod: pod) && !after.reads(path: active.target.path)
    }
    let count = held.count
    held.removeAll { !isNeeded($0.active) }
    var isChanged = held.count != count
    for active in before where isNeeded(active) {
      if held.contains(where: { $0.active.target == active.target }) { continue }
      held.append(Held(active: active, since: now))
      isChanged = true
    }
    return isChanged
  }

  /// Whether there is something to be learned from a look at files.
  public func areWorthALook(_ look: Look, now: Int64) -> Bool { held.contains { $0.isWorthALook(look, now) } }

  /// Lets go what is read to its end.
  /// - Returns: whether anything was.
  public mutating func release(_ look: Look, now: Int64, files: MatchedFiles) -> Bool {
    let count = held.count
    for index in held.indices.reversed() where held[index].isWorthALook(look, now) {
      if isDone(&held[index], now, files) { held.remove(at: index) }
    }
    return held.count != count
  }

  private func isDone(_ held: inout Held, _ now: Int64, _ files: MatchedFiles) -> Bool {
    var isDone = true
    held.looked = now
    for file in files.of(held.active.target) {
      guard let size = file.size else {
        // Its reader follows a deleted file for a while yet, and needs no target for that.
        if file.acked ?? 0 < held.seen[file.path] ?? .max { isDone = false }
        continue
      }
      held.seen[file.path] = size
      if held.sizes[file.path] == nil { held.sizes[file.path] = size }
      let wanted = now - held.since < Self.patience ? size : min(size, held.sizes[file.path] ?? size)
      if file.acked ?? 0 >= wanted || files.endsInOpenLine(file) { continue }
      isDone = false
    }
    // The first look only takes note: a line may be on its way to the file.
    return isDone && now - held.since >= Self.leastWait
  }
}
