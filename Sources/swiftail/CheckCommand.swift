import AgentConfiguration
import ArgumentParser
import Checks
import Glibc

/// `swiftail check`: everything wrong with a configuration, in one go.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Tells everything that is wrong with a configuration, and what is legal and harmful.",
    discussion: """
      Several files, or a folder, are checked as one configuration, as -config.file reads them.
      Exit status: 0 nothing is wrong (there may be warnings), 1 the agent would not start, 2 a file could not be read,
      3 there are warnings and --strict was given, 64 the arguments are wrong.
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json, sarif
  }

  @Argument(help: "Configuration files, or a folder of them.")
  var files: [String]

  @Option(help: "text, json, or sarif for code review tools.")
  var format = Format.text

  @Flag(name: .customLong("expand-env"), help: "Replace ${NAME} by environment variables first.")
  var expandEnvironment = false

  @Flag(help: "Warnings count as failures, too.")
  var strict = false

  func run() throws {
    let read: [AgentConfiguration.File]
    do {
      read = try ConfigurationFiles.read(files.map { [$0] })
    } catch {
      Command.fail("\(error)", status: 2)
    }
    let findings = Check.examine(
      read, environment: expandEnvironment ? ConfigurationFiles.environmentVariables() : nil)
    switch format {
    case .text: print(FindingText.text(findings, files: read), terminator: "")
    case .json: print(FindingReport.json(findings))
    case .sarif: print(FindingReport.sarif(findings))
    }
    if findings.contains(where: { $0.severity == .error }) { throw ExitCode(1) }
    if strict, !findings.isEmpty { throw ExitCode(3) }
  }
}
