import AgentConfiguration
import Delivery
import GoCompat
import HTTPEdge
import Outputs

/// From a client's part of the configuration to what the data path needs of it.
enum ClientWiring {
  /// Longest wait between two tries where the configuration does not set one: nanoseconds. Promtail's default of five
  /// minutes would leave a client that is back waiting.
  static let longestWait: Int64 = 5_000_000_000

  static func setups(_ configuration: AgentConfiguration, version: String) throws -> [ClientSetup] {
    let limits = configuration.limits
    return try configuration.effectiveClients.enumerated().map { index, client in
      let http = client.http
      let settings = PushClientSettings(
        url: requestURL(client.url), timeout: client.timeout.nanoseconds,
        headers: client.headers.pairs.map { ($0.name, $0.text) }, credentials: credentials(client),
        tls: TLSClientSettings(
          caFile: http.tls.caFile.nonEmpty, certificateFile: http.tls.certFile.nonEmpty,
          keyFile: http.tls.keyFile.nonEmpty, serverName: http.tls.serverName.nonEmpty,
          insecureSkipVerify: http.tls.insecureSkipVerify),
        proxy: proxy(http.proxy), followRedirects: http.followRedirects, userAgent: "swiftail/\(version)")
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
          output: LokiOutput(client: try PushClient(settings))))
    }
  }

  /// Without user and password, which go into a header.
  private static func requestURL(_ url: EndpointURL) -> String { "\(url.scheme)://\(url.authority)\(url.target)" }

  private static func credentials(_ client: ClientConfiguration) -> Credentials {
    let http = client.http
    func secret(_ text: Secret, _ file: String) -> Credentials.Secret {
      file.isEmpty ? .inline(text.text) : .file(file)
    }
    if let basic = http.basicAuth {
      return .basic(
        user: basic.usernameFile.isEmpty ? .inline(basic.username) : .file(basic.usernameFile),
        password: secret(basic.password, basic.passwordFile))
    }
    if let authorization = http.authorization {
      return .token(
        type: authorization.type, secret: secret(authorization.credentials, authorization.credentialsFile))
    }
    if !http.bearerToken.text.isEmpty || !http.bearerTokenFile.isEmpty {
      return .token(type: "Bearer", secret: secret(http.bearerToken, http.bearerTokenFile))
    }
    if let user = client.url.user { return .basic(user: .inline(user), password: .inline(client.url.password ?? "")) }
    return .none
  }

  private static func proxy(_ proxy: ProxyConfiguration) -> (host: String, port: Int)? {
    if proxy.url.isEmpty { return nil }
    let url = proxy.url
    return (url.host, url.port ?? (url.scheme == "https" ? 443 : 80))
  }
}

extension String {
  var nonEmpty: String? { isEmpty ? nil : self }
}
