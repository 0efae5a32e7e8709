public import LogModel
public import Syscalls

/// Files to read, as discovery and relabelling left them: a pattern and the labels of its lines.
public struct FileTarget: Hashable, Sendable {
  /// The scrape config, by its place in the configuration.
  public var job: Int
  public let jobName: String
  /// `__path__`, absolute and clean.
  public let path: String
  /// `__path_exclude__`, absolute and clean; empty for none.
  public let exclude: String
  /// Without `__path__` and the other meta labels.
  public let labels: LabelSet
  /// Of everything but the number of the job. Targets are told apart time and again and made once.
  private let hash: Int

  public init(job: Int, jobName: String, path: String, exclude: String, labels: LabelSet) {
    self.job = job
    self.jobName = jobName
    self.path = path
    self.exclude = exclude
    self.labels = labels
    var hasher = Hasher()
    hasher.combine(jobName)
    hasher.combine(path)
    hasher.combine(exclude)
    hasher.combine(labels)
    hash = hasher.finalize()
  }

  public static func == (a: FileTarget, b: FileTarget) -> Bool {
    a.hash == b.hash && a.job == b.job && a.path == b.path && a.labels == b.labels && a.exclude == b.exclude
      && a.jobName == b.jobName
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(hash) }
}

/// What is to be read besides what was, and what no more. A target that was added twice has to be removed twice.
public struct TargetChange: Sendable {
  public private(set) var added: [FileTarget] = []
  public private(set) var removed: [FileTarget] = []

  public init() {}

  public var isEmpty: Bool { added.isEmpty && removed.isEmpty }

  public mutating func add(_ target: FileTarget) { added.append(target) }
  public mutating func remove(_ target: FileTarget) { removed.append(target) }

  public mutating func append(_ other: TargetChange) {
    added += other.added
    removed += other.removed
  }

  /// The same of targets that are called otherwise.
  public func mapped(_ transform: (FileTarget) -> FileTarget?) -> TargetChange {
    var mapped = TargetChange()
    mapped.added = added.compactMap(transform)
    mapped.removed = removed.compactMap(transform)
    return mapped
  }
}

/// One file of one target.
public struct FileKey: Hashable, Sendable {
  public var target: Int
  public var path: String
}

/// What the scanner tells a reader of one path.
public struct FileSighting: Sendable {
  public var key: FileKey
  public var target: FileTarget
  public var identity: FileIdentity
  /// Another path or target refers to the same file.
  public var isShared = false
}

/// Paths without `.` and `..`, as Go's filepath.Clean gives them.
public enum CleanPath {
  /// - Parameter directory: what a relative path counts from.
  public static func absolute(_ path: String, from directory: String) -> String {
    var parts: [Substring] = path.hasPrefix("/") ? [] : directory.split(separator: "/")
    for part in path.split(separator: "/") {
      switch part {
      case ".": continue
      case "..": _ = parts.popLast()
      default: parts.append(part)
      }
    }
    return "/" + parts.joined(separator: "/")
  }
}
