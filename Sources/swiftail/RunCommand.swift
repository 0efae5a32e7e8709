import Agent
import AgentConfiguration
import Glibc
import Syscalls
import Telemetry
import YAMLSource

/// Swiftail as Promtail is started: flags, a configuration file, and then until it is told to end.
enum RunCommand {
  static func run(_ arguments: [String]) async {
    let flags: AgentFlags
    do {
      flags = try AgentFlags(parsing: arguments)
    } catch {
      Command.fail("\(error)", status: 2)
    }
    if flags.printHelp {
      print(
        FlagDeclaration.helpText(program: "swiftail")
          + "\nCommands: swiftail up [PATH …] shows this machine's logs; swiftail up --help tells more.")
      exit(2)
    }
    var configuration = load(flags)
    flags.apply(to: &configuration)
    if flags.checkSyntax {
      if flags.configFile.isEmpty {
        print("Invalid config file")
        exit(1)
      }
      print("Valid config file! No syntax issues found")
      return
    }
    if flags.printVersion {
      print("promtail, version 3.6.15 (swiftail \(AgentProcess.version))")
      return
    }
    if flags.printConfiguration { writeError(configuration.yamlText) }
    if flags.logConfigurationReversed {
      writeError(configuration.yamlText.split(separator: "\n").reversed().joined(separator: "\n") + "\n")
    }
    var errors = configuration.startErrors.map(\.description)
    if flags.configFile.isEmpty, !errors.isEmpty {
      errors.append("swiftail up shows this machine's logs; -config.file=FILE runs a Promtail configuration")
    }
    if !errors.isEmpty { Command.fail(errors.joined(separator: "\n"), status: 1) }
    let trial = Trial(isDry: flags.dryRun, inspects: flags.inspect)
    trial.begin(configuration)
    await start(configuration, trial)
  }

  private static func load(_ flags: AgentFlags) -> AgentConfiguration {
    if flags.configFile.isEmpty { return AgentConfiguration() }
    let found = flags.configFiles.first { path in
      if case .success(let status) = LinuxFileSystem().status(at: path) { return status.kind != .directory }
      return false
    }
    guard let found else { Command.fail("no configuration file at \(flags.configFile)", status: 1) }
    switch LinuxFileSystem().readWhole(found) {
    case .failure(let error): Command.fail("cannot read \(found): \(error)", status: 1)
    case .success(let bytes):
      do {
        return try AgentConfiguration.load(
          text: String(decoding: bytes, as: UTF8.self), file: found,
          environment: flags.expandEnvironment ? environmentVariables() : nil)
      } catch {
        Command.fail("\(error)", status: 1)
      }
    }
  }

  private static func start(_ configuration: AgentConfiguration, _ trial: Trial) async {
    let registry = MetricRegistry()
    let log = Log(registry: registry)
    log.configure(
      level: Telemetry.LogLevel(rawValue: configuration.server.logLevel.rawValue) ?? .info,
      format: Log.Format(rawValue: configuration.server.logFormat.rawValue) ?? .logfmt)
    log.debug("configuration loaded", ("jobs", configuration.scrapeConfigs.count))
    for warning in configuration.warnings { log.warn(warning.description) }
    do {
      let input =
        configuration.targetConfig.stdin
        ? try StandardInputProcess(configuration, trial, registry: registry, log: log) : nil
      let agent = try await AgentProcess(configuration, trial, registry: registry, log: log)
      // The words that scripts which start Promtail wait for.
      log.info("Starting Promtail", ("by", "swiftail"), ("version", AgentProcess.version))
      if let input {
        let stop = Task {
          await Command.waitForStop(log: log)
          input.stop()
        }
        await input.run()
        stop.cancel()
      } else {
        await Command.waitForStop(log: log)
      }
      log.info("stopping")
      await agent.stop()
    } catch {
      Command.fail(String(describing: error), status: 1)
    }
  }

  private static func environmentVariables() -> [String: String] {
    var all: [String: String] = [:]
    var place = environ
    while let entry = place.pointee {
      let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { all[String(parts[0])] = String(parts[1]) }
      place += 1
    }
    return all
  }

  private static func writeError(_ text: String) {
    var text = text
    text.withUTF8 { _ = write(2, $0.baseAddress, $0.count) }
  }
}
