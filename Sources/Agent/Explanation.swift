import AgentConfiguration
import Discovery
import Feeding
import GoCompat
import Inputs
import LogModel
import Positions
import Relabeling
import Syscalls
import Tailing

/// Why a pod, a path or a label is in Loki or not: the targets it concerns, rule by rule, down to the files and how far they
/// are read.
struct Explanation: Sendable {
  /// One target with all that became of it.
  struct Target: Sendable {
    enum Outcome: Hashable, Sendable {
      case read
      /// The pod is gone; its files are read to the end.
      case held
      /// A container whose log is read, or why it is not at present.
      case container(SourceCondition)
      case left(FileTargets.Failure)
    }

    var job: String
    var mechanism: String
    var discovered: LabelSet
    var steps: [RelabelStep]
    var outcome: Outcome
    /// `__path__` as it is looked for; nil where there is none.
    var path: String?
    /// Labels of its lines.
    var labels: LabelSet
    var files: [MatchedFile] = []
  }

  /// What is to be said about a path that was asked for.
  struct Path: Sendable {
    var path: String
    /// nil when it refers to nothing.
    var size: UInt64?
    /// Why it cannot be read.
    var failure: String?
  }

  var question: String
  var path: Path?
  var targets: [Target] = []
  /// Discoveries that have not answered, or failed last.
  var discoveries: [(job: String, mechanism: String, trouble: String)] = []
  /// All targets there are.
  var count = 0

  /// Whether any file of a target that was asked for is read.
  var isRead: Bool {
    targets.contains { $0.outcome == .container(.reading) || $0.files.contains { $0.acked != nil } }
  }

  /// - Parameters:
  ///   - question: a path (`/…`), a matcher such as `app="web"`, or a part of a pod's name or any other label's value.
  ///   - positions: of all files that are read.
  ///   - sources: those that are no files.
  /// - Throws: `ExplanationError` when the question cannot be understood.
  init(
    _ question: String, jobs: [JobTargets.Job], positions: [FilePosition], sources: [SourceKey: [SourceStatus]] = [:],
    directory: String
  ) throws {
    self.question = question
    let files = LinuxFileSystem()
    let matched = MatchedFiles(files: files, positions: positions)
    let asked = try Question(question)
    if case .path(let text) = asked { path = Self.look(text, files) }
    for job in jobs {
      for source in job.sources where !source.hasAnswered || source.failure != nil {
        discoveries.append((job.name, source.mechanism, source.failure ?? "has not answered yet"))
      }
      for (discovered, mechanism, outcome) in Self.outcomes(job, sources) {
        count += 1
        let steps = job.relabeler.explain(discovered)
        let all = steps.last?.after ?? discovered
        let pattern = all["__path__"].map { CleanPath.absolute($0, from: directory) }
        guard asked.concerns(discovered, all, pattern, exclude: all["__path_exclude__"]) else { continue }
        var target = Target(
          job: job.name, mechanism: mechanism, discovered: discovered, steps: steps,
          outcome: outcome, path: steps.last?.verdict == .dropped ? nil : pattern,
          labels: all.ofEntries)
        if let read = job.read.first(where: { $0.discovered == discovered })?.target { target.files = matched.of(read) }
        targets.append(target)
      }
    }
  }

  /// Labels, mechanism and outcome of each target.
  private static func outcomes(_ job: JobTargets.Job, _ sources: [SourceKey: [SourceStatus]]) -> [(
    LabelSet, String, Target.Outcome
  )] {
    func target(_ active: FileTargets.Active, _ outcome: Target.Outcome) -> (LabelSet, String, Target.Outcome) {
      // Pods of the last run, or of a former configuration, are of no discovery that there is.
      let mechanism = job.mechanism(active.discovery) ?? (active.pod == nil ? "static" : "kubernetes_sd")
      return (active.discovered, mechanism, outcome)
    }
    let containers = job.containers.map { container -> (LabelSet, String, Target.Outcome) in
      let conditions = (sources[container.source.key] ?? []).map(\.condition)
      let worst = conditions.first { $0 != .reading } ?? conditions.first
      let outcome = Target.Outcome.container(worst ?? .waiting("it is about to be read"))
      return (container.discovered, job.mechanism(container.discovery) ?? "static", outcome)
    }
    let left = job.left.map { left -> (LabelSet, String, Target.Outcome) in
      (left.discovered, job.mechanism(left.discovery) ?? "static", .left(left.failure))
    }
    return containers + job.active.map { target($0, .read) } + job.held.held.map { target($0.active, .held) } + left
  }

  private static func look(_ text: String, _ files: LinuxFileSystem) -> Path {
    switch files.status(at: text) {
    case .failure(let error): return Path(path: text, size: nil, failure: "\(error)")
    case .success(let status):
      if status.kind == .directory { return Path(path: text, size: nil, failure: "it is a directory") }
      switch files.openForReading(text) {
      case .success(let file):
        files.close(file)
        return Path(path: text, size: status.size, failure: nil)
      case .failure(let error): return Path(path: text, size: status.size, failure: "\(error)")
      }
    }
  }
}

/// Why a question is none.
struct ExplanationError: Error, CustomStringConvertible {
  var description: String
}

/// What `swiftail explain` is asked.
private enum Question {
  case path(String)
  case matchers([(name: String, value: String, isRegex: Bool, isNegated: Bool)])
  /// A part of a value.
  case name(String)

  init(_ text: String) throws {
    if text.isEmpty { throw ExplanationError(description: "ask for a pod, a path or a label such as app=\"web\"") }
    if text.hasPrefix("/") {
      self = .path(CleanPath.absolute(text, from: "/"))
      return
    }
    guard text.contains("=") else {
      self = .name(text)
      return
    }
    var inner = Substring(text)
    if inner.hasPrefix("{"), inner.hasSuffix("}") { inner = inner.dropFirst().dropLast() }
    self = .matchers(
      try inner.split(separator: ",").map { part in
        guard let mark = part.firstIndex(where: { $0 == "=" || $0 == "!" }) else {
          throw ExplanationError(description: "\"\(part)\" is no matcher such as app=\"web\"")
        }
        let name = part[..<mark].filter { !$0.isWhitespace }
        var rest = part[mark...]
        let isNegated = rest.hasPrefix("!")
        rest = rest.dropFirst()
        let isRegex = rest.hasPrefix("~")
        if rest.hasPrefix("~") || isNegated && rest.hasPrefix("=") { rest = rest.dropFirst() }
        let value = rest.drop { $0 == "\"" || $0.isWhitespace }
        return (
          String(name), String(value.reversed().drop { $0 == "\"" || $0.isWhitespace }.reversed()), isRegex, isNegated
        )
      })
  }

  /// - Parameters:
  ///   - all: the labels after the last rule that was reached.
  ///   - pattern: `__path__`, absolute.
  func concerns(_ discovered: LabelSet, _ all: LabelSet, _ pattern: String?, exclude: String?) -> Bool {
    switch self {
    case .path(let path): return pattern.map { $0 == path || Glob($0)?.matches(path) == true } ?? false
    case .name(let name):
      return (discovered.labels + all.labels).contains { $0.value.contains(name) }
    case .matchers(let matchers):
      return matchers.allSatisfy { matcher in
        let value = all[matcher.name] ?? discovered[matcher.name] ?? ""
        let holds =
          matcher.isRegex
          ? (try? RelabelRegex(matcher.value))?.regex.matches(value) == true : value == matcher.value
        return holds != matcher.isNegated
      }
    }
  }
}
