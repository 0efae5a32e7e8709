import Agent
import AgentConfiguration
import Glibc
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
    let loaded: LoadedConfiguration
    do {
      loaded = try ConfigurationFiles.load(flags)
    } catch {
      Command.fail("\(error)", status: 1)
    }
    let configuration = loaded.configuration
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
    await start(loaded, trial) { try ConfigurationFiles.load(flags) }
  }

  private static func start(
    _ loaded: LoadedConfiguration, _ trial: Trial, load: @escaping @Sendable () throws -> LoadedConfiguration
  ) async {
    let configuration = loaded.configuration
    let registry = MetricRegistry()
    let log = Log(registry: registry)
    AgentProcess.configure(log, configuration.server)
    log.debug("configuration loaded", ("jobs", configuration.scrapeConfigs.count))
    for warning in configuration.warnings { log.warn(warning.description) }
    do {
      let input =
        configuration.targetConfig.stdin
        ? try StandardInputProcess(configuration, trial, registry: registry, log: log) : nil
      let agent = try await AgentProcess(loaded, trial, load: load, registry: registry, log: log)
      // The words that scripts which start Promtail wait for.
      log.info("Starting Promtail", ("by", "swiftail"), ("version", AgentProcess.version))
      if let input {
        let stop = Task {
          await Command.waitForStop { await agent.reload() }
          input.stop()
        }
        await input.run()
        stop.cancel()
      } else {
        await Command.waitForStop { await agent.reload() }
      }
      log.info("stopping")
      await agent.stop()
    } catch {
      Command.fail(String(describing: error), status: 1)
    }
  }

  private static func writeError(_ text: String) {
    var text = text
    text.withUTF8 { _ = write(2, $0.baseAddress, $0.count) }
  }
}
