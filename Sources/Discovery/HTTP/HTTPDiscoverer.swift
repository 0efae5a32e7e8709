import AgentConfiguration
import GoCompat
import HTTPEdge
import NIOCore

/// `http_sd_configs`: target groups from a server, as JSON.
struct HTTPDiscoverer: RefreshingDiscoverer {
  private static let longestAnswer = 64 << 20

  let refreshInterval: Int64
  private let url: String
  private let shownURL: String
  private let client: WebClient

  init(_ configuration: HTTPDiscoveryConfiguration, userAgent: String) throws {
    refreshInterval = configuration.refreshInterval.nanoseconds
    let url = configuration.url
    self.url = "\(url.scheme)://\(url.authority)\(url.target)"
    shownURL = "\(url.scheme)://\(url.authority)\(url.path)"
    var settings = WebClientSettings(configuration.http, userAgent: userAgent)
    if case .none = settings.credentials, let user = url.user {
      settings.credentials = .basic(user: .inline(user), password: .inline(url.password ?? ""))
    }
    client = try WebClient(settings)
  }

  func refresh() async throws -> [TargetGroup] {
    var request = WebRequest(url, timeout: min(max(refreshInterval, 1_000_000_000), 30_000_000_000))
    request.headers = [
      RequestHeader("Accept", "application/json"),
      RequestHeader("X-Prometheus-Refresh-Interval-Seconds", String(refreshInterval / 1_000_000_000)),
    ]
    let answer = try await client.send(request, keeping: Self.longestAnswer)
    guard answer.status == 200 else { throw DiscoveryError("\(shownURL) answered with status \(answer.status)") }
    let type = answer["Content-Type"] ?? ""
    guard type.lowercased().hasPrefix("application/json") else {
      throw DiscoveryError("\(shownURL) answered with \"\(type)\" instead of application/json")
    }
    if answer.isCut { throw DiscoveryError("the answer of \(shownURL) is longer than \(Self.longestAnswer) bytes") }
    return try TargetGroupFile.json(
      Array(answer.body.readableBytesView), name: shownURL, meta: ["__meta_url": shownURL])
  }
}
