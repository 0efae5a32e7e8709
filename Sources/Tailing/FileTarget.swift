public import LogModel
public import Syscalls

/// Files to read, as discovery and relabelling left them: a pattern and the labels of its lines.
public struct FileTarget: Hashable, Sendable {
  /// The scrape config, by its place in the configuration.
  public var job: Int
  public var jobName: String
  /// `__path__`, absolute and clean.
  public var path: String
  /// `__path_exclude__`, absolute and clean; empty for none.
  public var exclude: String
  /// Without `__path__` and the other meta labels.
  public var labels: LabelSet

  public init(job: Int, jobName: String, path: String, exclude: String, labels: LabelSet) {
    self.job = job
    self.jobName = jobName
    self.path = path
    self.exclude = exclude
    self.labels = labels
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
