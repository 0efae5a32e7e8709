import HTTPTypes
public import Hummingbird
import Synchronization
import Syscalls
public import Telemetry

/// Counts and times the requests of a server, under the names that Promtail gives them.
public struct RequestMetrics: RouterMiddleware {
  public typealias Context = BasicRequestContext

  private let durations: MetricFamily<Histogram>
  private let inflight: MetricFamily<Gauge>
  private let received: MetricFamily<Histogram>
  private let sent: MetricFamily<Histogram>
  private let routes: Set<String>
  private let prefix: String

  /// - Parameters:
  ///   - routes: paths that have a name of their own; all others are `other`.
  ///   - prefix: what stands before all paths.
  public init(registry: MetricRegistry, routes: Set<String>, prefix: String) {
    self.routes = routes
    self.prefix = prefix
    let sizes: [Double] = [
      1_048_576, 2_621_440, 5_242_880, 10_485_760, 26_214_400, 52_428_800, 104_857_600, 262_144_000,
    ]
    durations = registry.histogram(
      "request_duration_seconds", "Time of requests served.",
      bounds: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100],
      labels: ["method", "route", "status_code", "ws"])
    inflight = registry.gauge("inflight_requests", "Requests being served.", labels: ["method", "route"])
    received = registry.histogram(
      "request_message_bytes", "Sizes of bodies received.", bounds: sizes, labels: ["method", "route"])
    sent = registry.histogram(
      "response_message_bytes", "Sizes of bodies sent.", bounds: sizes, labels: ["method", "route"])
  }

  public func handle(
    _ request: Request, context: BasicRequestContext, next: (Request, BasicRequestContext) async throws -> Response
  ) async throws -> Response {
    let method = request.method.rawValue
    var path = request.uri.path[...]
    if path.hasPrefix(prefix) { path = path.dropFirst(prefix.count) }
    let name = path.drop { $0 == "/" }
    let route =
      routes.contains(String(name)) ? name.map { $0 == "/" || $0 == "-" ? "_" : String($0) }.joined() : "other"
    inflight.with(method, route).add(1)
    defer { inflight.with(method, route).add(-1) }
    let start = Clock.monotonic()
    func note(_ status: Int) {
      durations.with(method, route, String(status), "false").observe(Double(Clock.monotonic() - start) / 1e9)
    }
    received.with(method, route).observe(Double(request.headers[.contentLength].flatMap { Int($0) } ?? 0))
    do {
      let answer = try await next(request, context)
      note(answer.status.code)
      sent.with(method, route).observe(Double(answer.body.contentLength ?? 0))
      return answer
    } catch {
      note((error as? any HTTPResponseError)?.status.code ?? 500)
      throw error
    }
  }
}
