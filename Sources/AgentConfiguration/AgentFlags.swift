internal import YAMLSource

/// What the command line says.
public struct AgentFlags: Sendable {
  /// The last `-config.file`.
  public var configFile = ""
  /// Every `-config.file`: paths separated by commas, of which the first that exists is meant.
  public var configFileValues: [String] = []
  public var expandEnvironment = false
  public var checkSyntax = false
  /// Print entries instead of sending them.
  public var dryRun = false
  /// Show what each stage changes.
  public var inspect = false
  public var printConfiguration = false
  public var logConfigurationReversed = false
  public var printVersion = false
  public var printHelp = false

  private var changes: [@Sendable (inout FlagTarget) -> Void] = []

  public init() {}

  /// The flags' own settings and the configuration they go before.
  struct FlagTarget {
    var flags: AgentFlags
    var configuration: AgentConfiguration
  }

  /// Reads arguments: `-flag=value`, `-flag value`, one dash or two, truth values alone. What follows the first argument
  /// that is no flag is ignored, as in Promtail.
  /// - Parameter arguments: without the program's name.
  /// - Throws: the first that is wrong; the program then ends with status 2.
  public init(parsing arguments: [String]) throws(FlagError) {
    var target = FlagTarget(flags: AgentFlags(), configuration: AgentConfiguration())
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "--" || argument == "-" || !argument.hasPrefix("-") { break }
      let parts = argument.drop { $0 == "-" }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let dashes = argument.prefix { $0 == "-" }.count
      guard dashes <= 2, let first = parts.first, !first.isEmpty else {
        throw FlagError("bad flag syntax: \(argument)", hint: nil)
      }
      let name = String(first)
      if name == "help" || name == "h" {
        target.flags.printHelp = true
        break
      }
      guard let flag = FlagDeclaration.named(name) else {
        let names = FlagDeclaration.all.map(\.name)
        throw FlagError(
          "flag provided but not defined: -\(name)",
          hint: NearestName.of(name, among: names).map { "did you mean -\($0)?" })
      }
      var value = parts.count > 1 ? String(parts[1]) : nil
      if value == nil { value = flag.isTruthValue ? "true" : rest.popFirst() }
      guard let value else { throw FlagError("flag needs an argument: -\(name)", hint: nil) }
      guard let change = flag.parse(value) else {
        throw FlagError("invalid value \"\(value)\" for flag -\(name): expected \(flag.expectation)", hint: nil)
      }
      change(&target)
      target.flags.changes.append(change)
    }
    self = target.flags
  }

  /// Puts the flags' settings over those of the file.
  public func apply(to configuration: inout AgentConfiguration) {
    var target = FlagTarget(flags: self, configuration: configuration)
    for change in changes { change(&target) }
    configuration = target.configuration
  }

  /// For each `-config.file` its paths, in order.
  public var configFiles: [[String]] {
    configFileValues.map { $0.split(separator: ",").map { $0.trimmingBlanks() }.filter { !$0.isEmpty } }
  }
}

/// A wrong argument. The program prints it with a pointer to `-help` and ends with status 2.
public struct FlagError: Error, Hashable, Sendable, CustomStringConvertible {
  public var message: String
  public var hint: String?

  init(_ message: String, hint: String?) {
    self.message = message
    self.hint = hint
  }

  public var description: String {
    message + (hint.map { "; \($0)" } ?? "") + "\nRun with -help for all flags."
  }
}

extension Substring {
  fileprivate func trimmingBlanks() -> String {
    var text = drop { $0 == " " }
    while text.last == " " { text = text.dropLast() }
    return String(text)
  }
}
