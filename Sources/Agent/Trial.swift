public import AgentConfiguration
import Delivery
import Glibc
import Outputs
public import Pipeline
import Telemetry

/// How a configuration is tried out: `-dry-run` prints entries instead of sending them, `-inspect` shows what each stage
/// changes.
public struct Trial: Sendable {
  /// Entries are printed, and no positions are written.
  public var isDry: Bool
  public var inspector: Inspector?

  public init(isDry: Bool = false, inspects: Bool = false) {
    self.isDry = isDry
    if inspects {
      inspector = Inspector(isColoured: isatty(STDERR_FILENO) == 1 && getenv("NO_COLOR") == nil) { text in
        var text = text
        text.withUTF8 { Self.write($0, to: STDERR_FILENO) }
      }
    }
  }

  var inspection: Inspection { Inspection(inspector: inspector, notesZones: isDry) }

  /// The clients of the configuration, or the one that prints.
  func clients(_ configuration: AgentConfiguration, registry: MetricRegistry) throws -> [ClientSetup] {
    let all = try ClientWiring.setups(configuration, version: AgentProcess.version, registry: registry)
    guard isDry, var first = all.first else { return all }
    // Under the name of the first client, so that its positions are where reading begins.
    first.lane = .everyEntryAlone(PrintingOutput { Self.write($0, to: STDOUT_FILENO) })
    return [first]
  }

  /// Prints before the entries where they would have gone.
  public func begin(_ configuration: AgentConfiguration) {
    if !isDry { return }
    var text = "Clients configured:\n"
    for client in configuration.effectiveClients { text += "----------------------\n\(client.yamlText)\n" }
    text.withUTF8 { Self.write($0, to: STDOUT_FILENO) }
  }

  private static func write(_ bytes: UnsafeBufferPointer<UInt8>, to descriptor: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = Glibc.write(descriptor, UnsafeBufferPointer(rebasing: rest).baseAddress, rest.count)
      if count < 0, errno != EINTR, errno != EAGAIN { return }
      rest = rest.dropFirst(max(0, count))
    }
  }
}
