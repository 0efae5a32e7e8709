import AgentConfiguration
import Delivery
import GoCompat
import HTTPEdge
import Outputs
import Telemetry

/// From a client's part of the configuration to what the data path needs of it.
enum ClientWiring {
  /// Longest wait between two tries where the configuration does not set one: nanoseconds. Promtail's default of five
  /// minutes would leave a client that is back waiting.
  static let longestWait: Int64 = 5_000_000_000

  static func setups(_ configuration: AgentConfiguration, version: String, registry: MetricRegistry) throws
    -> [ClientSetup]
  {
    let dialer = DialerMetrics(registry, name: "promtail")
    let limits = configuration.limits
    return try configuration.effectiveClients.enumerated().map { index, client in
      var http = WebClientSettings(client.http, userAgent: "swiftail/\(version)")
      if http.credentials == .none, let user = client.url.user {
        http.credentials = .basic(user: .inline(user), password: .inline(client.url.password ?? ""))
      }
      let push = try PushClient(
        url: requestURL(client.url), timeout: client.timeout.nanoseconds,
        headers: client.headers.pairs.map { RequestHeader($0.name, $0.text) }, settings: http, metrics: dialer)
      let backoff = client.backoff
      return ClientSetup(
        sender: SenderSettings(
          name: client.name.isEmpty ? "\(index):\(client.url.authority)" : client.name, host: client.url.authority,
          tenant: client.tenantID.nonEmpty,
          retry: RetrySchedule.Limits(
            minimum: backoff.minPeriod.nanoseconds,
            maximum: backoff.hasExplicitMaxPeriod ? backoff.maxPeriod.nanoseconds : longestWait,
            attempts: backoff.hasExplicitMaxRetries && backoff.maxRetries > 0 ? backoff.maxRetries : nil),
          dropRateLimited: client.dropRateLimitedBatches),
        lane: LaneSettings(
          batchWait: client.batchWait.nanoseconds, batchSize: client.batchSize, externalLabels: client.externalLabels,
          limits: EntryLimits(
            maxLineSize: limits.maxLineSize.bytes, truncates: limits.maxLineSizeTruncate,
            maxStreams: limits.maxStreams),
          output: LokiOutput(client: push)),
        signature: [String(index), client.signature, limits.signature].joined(separator: "\n--\n"))
    }
  }

  /// Without user and password, which go into a header.
  private static func requestURL(_ url: EndpointURL) -> String { "\(url.scheme)://\(url.authority)\(url.target)" }
}

extension String {
  var nonEmpty: String? { isEmpty ? nil : self }
}
