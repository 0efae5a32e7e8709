import Discovery
public import Feeding
import LogModel
public import Positions

/// What all containers' logs are read with.
public final class DockerInput: Sendable {
  let metrics: DockerMetrics
  let watches = LogFileWatches()

  public init(_ metrics: DockerMetrics) { self.metrics = metrics }
}

/// The log of one container, read through its engine's API or, where the engine writes it to a file that can be read here,
/// from that file.
public struct ContainerSource: EntrySource {
  public let key: SourceKey
  public let signature: String
  let id: String
  let engine: DockerEngine
  /// Of entries, by stream; nil where a rule drops the stream.
  let labels: [OutputStream: LabelSet]
  let readsFiles: Bool
  let input: DockerInput

  init(
    job: String, id: String, engine: DockerEngine, labels: [OutputStream: LabelSet], readsFiles: Bool,
    input: DockerInput
  ) {
    self.id = id
    self.engine = engine
    self.labels = labels
    self.readsFiles = readsFiles
    self.input = input
    // As Promtail has it (recorded: docker/position-is-a-cursor-in-seconds).
    key = SourceKey(job: job, entry: Self.entry(id))
    let texts = OutputStream.allCases.map { labels[$0]?.text ?? "dropped" }
    signature = ([engine.host, String(readsFiles)] + texts).joined(separator: "\n")
  }

  /// The key of a container in positions.yaml.
  public static func entry(_ id: String) -> String { "cursor-" + id }

  /// Where the log is read, for people; empty before it is.
  public var way: String { engine.containers.way(of: id) }

  public func run(after place: SourcePlace?, into feed: SourceFeed) async -> SourceEnd {
    var reading = ContainerReading(self, after: place.flatMap { ContainerPlace($0) }, into: feed)
    return await reading.run()
  }
}
