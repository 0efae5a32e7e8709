import AgentConfiguration
import LogModel
import Tailing
import YAMLSource

/// A pattern of files that a job reads, and where it is written.
struct WrittenPath {
  var job: ScrapeConfiguration
  var jobIndex: Int
  var text: String
  var location: SourceLocation

  var path: String { "scrape_configs[\(jobIndex)]" }

  /// Patterns that static labels give; those that relabelling makes are known only while the agent runs.
  static func all(_ configuration: AgentConfiguration) -> [WrittenPath] {
    configuration.scrapeConfigs.enumerated().flatMap { index, job in
      job.staticConfigs.compactMap { target in
        target.labels["__path__"].map {
          WrittenPath(job: job, jobIndex: index, text: $0, location: target.location)
        }
      }
    }
  }
}

extension Check {
  static let pathNeverMatches = Check("path-never-matches", "a __path__ that no file can fit") {
    configuration, findings in
    for written in WrittenPath.all(configuration) {
      let text = written.text
      func warn(_ message: String, _ hint: String) {
        findings.warn(message, at: written.location, path: written.path, hint: hint)
      }
      if Glob(text) == nil {
        warn("__path__ \(text) is no pattern: a bracket or brace is not closed", "close it, or escape it with \\")
      } else if text.hasSuffix("/") {
        warn("__path__ \(text) is a directory, and only files are read", "add *.log or **/*.log")
      } else if text.hasPrefix("~") {
        warn("__path__ \(text) begins with ~, which only a shell expands", "write the home directory out")
      } else if text.contains("://") {
        warn("__path__ \(text) is a URL", "write the path alone")
      } else if text.contains(":\\") || text.dropFirst().hasPrefix(":/") {
        warn("__path__ \(text) is a path of Windows", "write a path of this system")
      } else if text.contains(","), !text.contains("{") {
        warn("__path__ \(text) names one file with a comma in its name", "write {one,other} for alternatives")
      } else if text.hasPrefix("\"") || text.hasPrefix("'") {
        warn("__path__ \(text) has quotes in it", "quote it once")
      }
    }
  }

  static let rotatedNames = Check(
    "rotated-names", "a __path__ that takes rotated files too, each a stream of its own by its filename label"
  ) { configuration, findings in
    for written in WrittenPath.all(configuration) {
      let name = written.text.split(separator: "/").last.map(String.init) ?? ""
      let excluded = written.job.staticConfigs.contains { $0.labels["__path_exclude__"] != nil }
      // A name that a rotation may have given: does the pattern take it?
      let directory = written.text.dropLast(name.count)
      let stem = name.replacing("*", with: "x").replacing("?", with: "x")
      guard !excluded, name.contains("*"), let glob = Glob(written.text),
        glob.matches(directory.replacing("*", with: "d") + stem + ".1")
          && glob.matches(directory.replacing("*", with: "d") + stem + "-20260101.gz")
      else { continue }
      findings.warn(
        "__path__ \(written.text) fits rotated files too (\(stem).1, \(stem)-20260101.gz): their lines are sent again "
          + "under other names, and the label filename has ever new values", at: written.location, path: written.path,
        hint: "end the pattern in .log, or set __path_exclude__")
    }
  }

  static let readTwice = Check("read-twice", "the same files in two jobs, so that every line is sent twice") {
    configuration, findings in
    var known: [String: WrittenPath] = [:]
    for written in WrittenPath.all(configuration) {
      if let other = known[written.text], other.job.jobName != written.job.jobName {
        findings.warn(
          "__path__ \(written.text) is read by the job \"\(other.job.jobName)\" too: every line is sent twice",
          at: written.location, path: written.path, hint: "remove one, unless both streams are wanted")
      }
      known[written.text] = written
    }
    let readsDocker = configuration.scrapeConfigs.first { !$0.dockerDiscoveries.isEmpty }
    guard let readsDocker else { return }
    for written in WrittenPath.all(configuration) where written.text.hasPrefix("/var/lib/docker/containers") {
      findings.warn(
        "the files of Docker's containers are read here and their containers by the job \"\(readsDocker.jobName)\": "
          + "every line is sent twice", at: written.location, path: written.path, hint: "keep one of the two")
    }
  }

  static let noJobLabel = Check("no-job-label", "a target without a label job, by which streams are usually found") {
    configuration, findings in
    for (index, job) in configuration.scrapeConfigs.enumerated() {
      let isMade = job.relabelConfigs.contains { $0.targetLabel == "job" || $0.action == .labelmap }
      if isMade { continue }
      for target in job.staticConfigs where target.labels["job"] == nil && target.labels["__path__"] != nil {
        findings.warn(
          "the target has no label job", at: target.location, path: "scrape_configs[\(index)]",
          hint: "add job: \(job.jobName) to its labels; the name of the job is no label by itself")
      }
    }
  }
}
