public import AgentConfiguration
import HTTPEdge
public import NIOCore
import Synchronization
public import Telemetry

/// A container engine that speaks Docker's API: Docker itself, or Podman.
///
/// What can be asked of it, as values; who shares it sees the same containers come and go.
public final class DockerEngine: Sendable {
  /// What an engine says of one container.
  public struct Container: Sendable {
    public var isRunning: Bool
    public var isPaused: Bool
    /// When it started last, as the engine writes it; empty where it does not say.
    public var started: String
    /// For people: `running`, `exited`, `paused` …
    public var status: String
    public var exitCode: Int
    /// Its output is one stream of plain text.
    public var hasTTY: Bool
    public var logDriver: String
    /// Where the engine writes the log, on its own host; empty where it does not say.
    public var logPath: String
  }

  /// Nothing came over a network for so long: a connection that is dead cannot be told from a quiet container, so it is
  /// made anew. Nanoseconds.
  private static let networkIdle: Int64 = 600_000_000_000
  private static let never: Int64 = 1 << 61

  /// As it was written: `unix:///var/run/docker.sock`.
  public let host: String
  public let containers: ContainerBoard
  let configuration: DockerDiscoveryConfiguration
  private let base: String
  private let client: WebClient
  private let requests: MetricFamily<Counter>

  /// - Throws: when certificates or the address cannot be used.
  init(
    _ configuration: DockerDiscoveryConfiguration, userAgent: String, containers: ContainerBoard,
    requests: MetricFamily<Counter>
  ) throws {
    self.configuration = configuration
    self.containers = containers
    self.requests = requests
    host = configuration.host
    let url = try EndpointURL(configuration.host)
    switch url.scheme {
    case "unix": base = "http+unix://" + PercentEncoding.encode(url.path)
    case "tcp":
      let tls = configuration.http.tls
      base = (tls == TLSConfiguration() ? "http://" : "https://") + url.authority
    default: base = "\(url.scheme)://\(url.authority)"
    }
    var settings = WebClientSettings(configuration.http, userAgent: userAgent)
    // Each container and client holds one for as long as the container runs.
    settings.connectionLimit = 1 << 16
    client = try WebClient(settings)
  }

  /// Whether it listens on a socket of this host.
  public var isLocal: Bool { base.hasPrefix("http+unix:") }

  private var idle: Int64 { isLocal ? Self.never : Self.networkIdle }

  // MARK: - Questions

  /// - Returns: nil when there is no such container (any more).
  /// - Throws: an error whose description says what to do about it.
  public func inspect(_ id: String) async throws -> Container? {
    requests.with("inspect").add()
    let answer = try await reach { try await client.send(request("/containers/\(id)/json"), keeping: 16 << 20) }
    if answer.status == 404 { return nil }
    let document = try document(answer)
    let state = document["State"]
    let status = state?["Status"]?.text ?? ""
    return Container(
      isRunning: state?["Running"]?.bool ?? true, isPaused: state?["Paused"]?.bool ?? false,
      started: state?["StartedAt"]?.text ?? "", status: status, exitCode: state?["ExitCode"]?.int ?? 0,
      hasTTY: document["Config"]?["Tty"]?.bool ?? false,
      logDriver: document["HostConfig"]?["LogConfig"]?["Type"]?.text ?? "",
      logPath: document["LogPath"]?.text ?? "")
  }

  /// Hands over a container's log as it comes, until it ends.
  /// - Parameters:
  ///   - since: seconds since 1970, with a fraction or without one.
  ///   - follows: goes on for as long as the container runs. Podman may leave out the end of a log that it follows where the
  ///     container does not run.
  ///   - receive: what it throws ends the request and is thrown on.
  /// - Returns: false when there is no such container (any more).
  /// - Throws: `Refusal` where the engine cannot read the log; an error whose description says what to do about it.
  public func logs(
    of id: String, since: String, follows: Bool, receive: @escaping @Sendable (ByteBuffer) async throws -> Void
  ) async throws -> Bool {
    requests.with("logs").add()
    // In this order (recorded: docker/log-stream-of-a-container).
    let path = "/containers/\(id)/logs?\(follows ? "follow=1&" : "")since=\(since)&stderr=1&stdout=1&timestamps=1"
    let answer = try await reach {
      try await client.stream(request(path, timeout: Self.never), idle: self.idle, receive: receive)
    }
    if answer.status == 200 { return true }
    if answer.status == 404 { return false }
    let reason = message(answer)
    if reason.contains("does not support reading") || answer.status == 501 { throw Refusal(description: reason) }
    throw DiscoveryError("Docker at \(host) answered with status \(answer.status): \(reason)")
  }

  /// The engine has no log of a container that could be read.
  public struct Refusal: Error, CustomStringConvertible {
    public var description: String
  }

  func list(_ path: String) async throws -> [JSONValue] {
    requests.with("list").add()
    let answer = try await reach { try await client.send(request(path), keeping: 256 << 20) }
    return try document(answer).elements
  }

  /// Hands over what happens to containers, until the connection ends.
  /// - Parameter since: seconds since 1970.
  func events(since: Int64, receive: @escaping @Sendable (ByteBuffer) async throws -> Void) async throws {
    requests.with("events").add()
    // Without those of health checks, which never end.
    let filters = PercentEncoding.encode(
      #"{"type":["container"],"event":["start","die","pause","unpause","rename","destroy","remove"]}"#)
    let answer = try await reach {
      try await client.stream(
        request("/events?since=\(since)&filters=\(filters)", timeout: Self.never), idle: self.idle, receive: receive)
    }
    guard answer.status == 200 else {
      throw DiscoveryError("Docker at \(host) answered with status \(answer.status): \(message(answer))")
    }
  }

  // MARK: - Answers

  private func request(_ path: String, timeout: Int64 = 30_000_000_000) -> WebRequest {
    WebRequest(base + path, timeout: timeout)
  }

  /// What keeps from reaching the engine is told with the way out.
  private func reach<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
      return try await body()
    } catch let error as WebClientError {
      throw DiscoveryError(EngineAddress(host).explain(error))
    }
  }

  private func document(_ answer: WebAnswer) throws -> JSONValue {
    let document = try? JSONReader.read(Array(answer.body.readableBytesView))
    guard answer.status == 200 else {
      let reason = document?["message"]?.text.map { ": \($0)" } ?? ""
      throw DiscoveryError("Docker at \(host) answered with status \(answer.status)\(reason)")
    }
    guard let document else { throw DiscoveryError("Docker at \(host) answered with no JSON") }
    return document
  }

  private func message(_ answer: WebAnswer) -> String {
    let document = try? JSONReader.read(Array(answer.body.readableBytesView))
    return document?["message"]?.text ?? String(answer.text.prefix(300))
  }
}

/// The engines of all jobs: one for each `docker_sd_configs` item, however many jobs have it.
public final class EnginePool: Sendable {
  /// Forgotten with the last job that has it.
  private struct Known { weak var engine: DockerEngine? }
  private let known = Mutex<[DockerDiscoveryConfiguration: Known]>([:])
  private let userAgent: String
  private let requests: MetricFamily<Counter>
  private let isKnown: @Sendable (String) -> Bool

  /// - Parameter isKnown: whether a container's log was read before, by its id.
  public init(userAgent: String, registry: MetricRegistry, isKnown: @escaping @Sendable (String) -> Bool) {
    self.userAgent = userAgent
    self.isKnown = isKnown
    requests = registry.counter(
      "swiftail_docker_requests_total", "Requests to container engines, by what was asked.", labels: ["kind"])
  }

  /// - Throws: when certificates or the address cannot be used.
  public func engine(_ configuration: DockerDiscoveryConfiguration) throws -> DockerEngine {
    try known.withLock { engines in
      engines = engines.filter { $0.value.engine != nil }
      if let engine = engines[configuration]?.engine { return engine }
      let new = try DockerEngine(
        configuration, userAgent: userAgent, containers: ContainerBoard(isKnown: isKnown), requests: requests)
      engines[configuration] = Known(engine: new)
      return new
    }
  }
}
