import Agent
import ArgumentParser
import Glibc
import Store
import Telemetry

/// `swiftail up`: agent, store and console in one process.
struct UpCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "up", abstract: "Shows this machine's logs: reads them, keeps them and serves a console.",
    discussion: "Stops on Ctrl-C and goes on where it stopped when it is started again.")

  @Argument(help: "Files to read, as paths or patterns (** for any directories). Without any: the logs in /var/log.")
  var paths: [String] = []

  @Option(help: "Where console and API answer. Port 0 takes a free one.")
  var listen = "127.0.0.1:3100"

  @Option(
    name: .customLong("data-dir"),
    help: "Where positions and store are kept. Default: $XDG_STATE_HOME/swiftail, or /var/lib/swiftail for root.")
  var dataDirectory: String?

  @Option(name: .customLong("retention-days"), help: "Days that lines are kept.")
  var retentionDays = 31

  @Option(name: .customLong("retention-gb"), help: "Size of the store in GB, beyond which the oldest lines go.")
  var retentionGigabytes = 10

  @Flag(
    inversion: .prefixedNo,
    help: "Read the machine's journal. Default: where it may be read, unless files are named.")
  var journal: Bool?
  @Flag(
    inversion: .prefixedNo,
    help: "Read containers' logs. Default: where an engine's socket may be used, unless files are named.")
  var docker: Bool?

  @Flag(name: .customLong("no-tty"), help: "Plain lines instead of a live status line.")
  var noTTY = false

  func validate() throws {
    if retentionDays < 1 || retentionGigabytes < 1 {
      throw ValidationError("--retention-days and --retention-gb must be at least 1.")
    }
  }

  func run() async throws {
    let registry = MetricRegistry()
    let log = Log(registry: registry)
    log.configure(level: .warn, format: .logfmt)
    let up: UpProcess
    do {
      up = try await UpProcess(
        UpOptions(
          paths: paths, listen: listen, dataDirectory: dataDirectory,
          retention: Retention(
            maxAge: Int64(retentionDays) * 86_400, maxBytes: Int64(retentionGigabytes) * 1_000_000_000),
          journal: journal, docker: docker),
        registry: registry, log: log)
    } catch {
      Command.fail(String(describing: error), status: 1)
    }
    say("Swiftail shows your logs at \(up.url)\n")
    say("State is in \(up.dataDirectory). Ctrl-C stops; the next start goes on from there.\n")
    let isLive = !noTTY && isatty(1) == 1
    let status = Task { await showStatus(up, isLive: isLive) }
    await Command.waitForStop { log.warn("SIGHUP: there is no configuration file to read again") }
    status.cancel()
    if isLive { say("\n") }
    say("stopping\n")
    await up.stop()
    say("stopped\n")
  }

  /// A line that is written over each second on a terminal; else one every ten seconds.
  private func showStatus(_ up: UpProcess, isLive: Bool) async {
    var line = StatusText()
    while !Task.isCancelled {
      let text = line.text(await up.progress)
      say(isLive ? "\r\u{1B}[K\(text)" : text + "\n")
      try? await Task.sleep(for: isLive ? .seconds(1) : .seconds(10))
    }
  }

  private func say(_ text: String) {
    var text = text
    text.withUTF8 { _ = write(1, $0.baseAddress, $0.count) }
  }
}
