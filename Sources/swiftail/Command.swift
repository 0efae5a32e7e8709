import Agent
import AgentConfiguration
import ArgumentParser
import Glibc
import Synchronization
import Syscalls

/// Decides what was asked for: a subcommand, or Promtail's flags.
enum Command {
  static func run(_ arguments: [String], signals: AsyncStream<Signals.Signal>) async {
    self.signals.withLock { $0 = signals }
    if let first = arguments.first, Subcommands.names.contains(first) {
      await Subcommands.main(arguments)
    } else {
      await RunCommand.run(arguments)
    }
  }

  /// Ends the program. 1: the configuration or its surroundings; 2: the way it was called.
  static func fail(_ message: String, status: Int32) -> Never {
    var text = "swiftail: \(message)\n"
    text.withUTF8 { _ = write(2, $0.baseAddress, $0.count) }
    exit(status)
  }

  /// Waits until the process is told to end.
  /// - Parameter reload: what SIGHUP asks for.
  static func waitForStop(reload: () async -> Void) async {
    guard let signals = signals.withLock({ $0 }) else { return }
    for await signal in signals {
      if case .stop = signal { return }
      await reload()
    }
  }

  /// ArgumentParser makes its commands itself, so what they need of the process lies here.
  private static let signals = Mutex<AsyncStream<Signals.Signal>?>(nil)
}

/// What Swiftail does besides running a Promtail configuration.
struct Subcommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "swiftail",
    abstract: "Shows and ships logs: the successor of Promtail, with a store and a console of its own.",
    discussion: """
      swiftail up                            shows this machine's logs in a browser
      swiftail check promtail.yaml           tells what is wrong with a configuration
      swiftail explain my-pod                tells why a pod, file or label is in Loki or not
      swiftail -config.file=promtail.yaml    runs a Promtail configuration; -help lists its flags
      """,
    subcommands: [
      UpCommand.self, CheckCommand.self, ExplainCommand.self, TakeOverCommand.self, VersionCommand.self,
    ])

  static let names: Set<String> = ["up", "check", "explain", "take-over", "version", "help"]
}

struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "version", abstract: "Prints the version.")

  func run() { print("swiftail \(AgentProcess.version)") }
}
