import AsyncHTTPClient
public import NIOCore
import NIOHTTP1
import Synchronization
import Syscalls

/// A header, or any other name and text of a request.
public struct RequestHeader: Hashable, Sendable {
  public var name: String
  public var value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// How to speak to a server: what `basic_auth`, `tls_config`, `proxy_url` and their kin say.
public struct WebClientSettings: Hashable, Sendable {
  public var credentials = Credentials.none
  public var tls = TLSClientSettings()
  public var proxy = ProxySettings()
  public var followRedirects = true
  public var userAgent = "swiftail"
  /// Sent with every request; their values may lie in files.
  public var headers: [Header] = []
  /// Requests to one server beyond it wait for each other: more than there are streams without an end.
  public var connectionLimit = 1024

  public struct Header: Hashable, Sendable {
    public var name: String
    public var value: SecretSource

    public init(_ name: String, _ value: SecretSource) {
      self.name = name
      self.value = value
    }
  }

  public init() {}
}

public struct WebRequest: Sendable {
  public var method = "GET"
  /// `http:`, `https:`, or `http+unix:` with the path of a socket, escaped, as the host.
  public var url: String
  public var headers: [RequestHeader] = []
  public var body: ByteBuffer?
  /// From the connection to the end of the answer: nanoseconds.
  public var timeout: Int64

  public init(_ url: String, timeout: Int64) {
    self.url = url
    self.timeout = timeout
  }
}

public struct WebAnswer: Sendable {
  public var status: Int
  public var headers: [RequestHeader]
  public var body: ByteBuffer
  /// Whether the body was longer than what was to be kept.
  public var isCut = false

  /// The body as text.
  public var text: String { String(decoding: body.readableBytesView, as: UTF8.self) }

  /// Adds a part of the body as far as there is room.
  mutating func keep(_ part: ByteBuffer, atMost kept: Int) {
    var part = part
    let room = max(0, kept - body.readableBytes)
    if part.readableBytes > room { isCut = true }
    if var slice = part.readSlice(length: min(room, part.readableBytes)) { body.writeBuffer(&slice) }
  }

  /// The first header of a name, in any letter case.
  public subscript(name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }
}

/// Speaks HTTP to servers: every part of the agent that does uses one of these.
///
/// Connections are kept alive. Secrets and certificates in files are read again when they change.
public final class WebClient: Sendable {
  /// The connections made with one state of the certificate files.
  private final class Generation: Sendable {
    let client: HTTPClient
    init(_ client: HTTPClient) { self.client = client }
    deinit {
      // The last request that used it is through.
      let client = client
      Task { try? await client.shutdown() }
    }
  }

  private struct State {
    /// By the proxy and the real host: servers differ in these.
    var generations: [Route: Generation] = [:]
    var stamps: FileStamps
    var lookedAt: Int64
  }

  /// What of an address decides how connections are made.
  private struct Route: Hashable {
    var proxy: ProxySettings.Server?
    var host: String
  }

  private let settings: WebClientSettings
  private let metrics: DialerMetrics?
  private let tokens: OAuth2Tokens?
  private let state: Mutex<State>

  /// - Parameter metrics: counts its connections.
  /// - Throws: `WebClientError` when certificates cannot be used.
  public init(_ settings: WebClientSettings, metrics: DialerMetrics? = nil) throws {
    self.settings = settings
    self.metrics = metrics
    if case .oauth2(let oauth2) = settings.credentials {
      tokens = try OAuth2Tokens(oauth2, userAgent: settings.userAgent)
    } else {
      tokens = nil
    }
    _ = try settings.tls.configuration()
    state = Mutex(State(stamps: FileStamps(settings.tls.files), lookedAt: Clock.monotonic()))
  }

  /// - Parameter kept: bytes of the body that the answer holds; the rest is read and forgotten.
  /// - Throws: when there was no answer; the error's description says why.
  public func send(_ request: WebRequest, keeping kept: Int) async throws -> WebAnswer {
    try await send(request, to: BodySink(kept: kept))
  }

  /// Hands over the body part by part as it comes, for answers without an end in sight. Of an answer with another status
  /// than 200 the body's first 64 KiB are kept.
  /// - Parameters:
  ///   - idle: nanoseconds without a byte, after which the connection is given up; may grow while the stream runs. The
  ///     receiver may take any time.
  ///   - receive: what it throws ends the request and is thrown on.
  /// - Throws: `SilenceError` after that time.
  public func stream(
    _ request: WebRequest, idle: @autoclosure @escaping @Sendable () -> Int64,
    receive: @escaping @Sendable (ByteBuffer) async throws -> Void
  ) async throws -> WebAnswer {
    let watch = IdleGuard(limit: idle)
    do {
      return try await watch.run {
        try await self.send(
          request,
          to: BodySink(kept: 1 << 16) { part in
            watch.hear(isBusy: true)
            try await receive(part)
            watch.hear(isBusy: false)
          })
      }
    } catch let refusal as BodySink.Refusal {
      throw refusal.reason
    }
  }

  private func send(_ request: WebRequest, to sink: BodySink) async throws -> WebAnswer {
    guard let tokens else { return try await send(request, authorization: try authorization(), to: sink) }
    let header = try await tokens.header()
    let answer = try await send(request, authorization: header, to: sink)
    guard answer.status == 401 else { return answer }
    await tokens.forget(header)
    return try await send(request, authorization: try await tokens.header(), to: sink)
  }

  private func authorization() throws -> String? {
    switch settings.credentials {
    case .none, .oauth2: nil
    case .basic(let user, let password): Credentials.basicHeader(try user.read(), try password.read())
    case .token(let type, let secret): "\(type) \(try secret.read())"
    }
  }

  private func send(_ request: WebRequest, authorization: String?, to sink: BodySink) async throws -> WebAnswer {
    let address = try WebAddress(request.url)
    var http = HTTPClientRequest(url: address.url(withHost: settings.tls.serverName))
    http.method = HTTPMethod(rawValue: request.method)
    for header in settings.headers { http.headers.replaceOrAdd(name: header.name, value: try header.value.read()) }
    for header in request.headers { http.headers.replaceOrAdd(name: header.name, value: header.value) }
    if !http.headers.contains(name: "User-Agent") { http.headers.add(name: "User-Agent", value: settings.userAgent) }
    if let host = address.hostHeader(settings.tls.serverName) { http.headers.replaceOrAdd(name: "Host", value: host) }
    if let authorization { http.headers.replaceOrAdd(name: "Authorization", value: authorization) }
    if let body = request.body { http.body = .bytes(body) }
    do {
      if let proxy = proxy(for: address), address.scheme == "http" {
        return try await exchange(http, request, address, by: proxy, to: sink)
      }
      // Held until the body is read, so that no connection is closed under it.
      let generation = try generation(for: address)
      defer { withExtendedLifetime(generation) {} }
      return try await exchange(http, generation.client, timeout: request.timeout, to: sink)
    } catch let refusal as BodySink.Refusal {
      throw refusal
    } catch {
      metrics?.noteFailure(error)
      let server = address.isUnix ? "unix socket" : "\(address.host):\(address.port)"
      throw WebClientError("\(server): \(FailureText.of(error, timeout: request.timeout))")
    }
  }

  private func proxy(for address: WebAddress) -> ProxySettings.Server? {
    address.isUnix ? nil : settings.proxy.server(for: address.scheme, host: address.host, port: address.port)
  }

  private func exchange(
    _ http: HTTPClientRequest, _ request: WebRequest, _ address: WebAddress, by proxy: ProxySettings.Server,
    to sink: BodySink
  ) async throws -> WebAnswer {
    var head = HTTPRequestHead(version: .http1_1, method: http.method, uri: request.url, headers: http.headers)
    head.headers.replaceOrAdd(name: "Host", value: address.authority(address.host))
    head.headers.replaceOrAdd(name: "Content-Length", value: String(request.body?.readableBytes ?? 0))
    if let user = proxy.user {
      head.headers.replaceOrAdd(
        name: "Proxy-Authorization", value: Credentials.basicHeader(user, proxy.password ?? ""))
    }
    return try await ProxiedExchange(
      proxy: proxy, head: head, body: request.body, timeout: request.timeout, sink: sink
    ).run()
  }

  private func exchange(_ request: HTTPClientRequest, _ client: HTTPClient, timeout: Int64, to sink: BodySink)
    async throws -> WebAnswer
  {
    let response = try await client.execute(request, deadline: .now() + .nanoseconds(timeout))
    var answer = WebAnswer(
      status: Int(response.status.code), headers: response.headers.map { RequestHeader($0.name, $0.value) },
      body: ByteBuffer())
    for try await part in response.body { try await sink.take(part, into: &answer) }
    return answer
  }

  private static let lookInterval: Int64 = 1_000_000_000

  private func generation(for address: WebAddress) throws -> Generation {
    let route = Route(
      proxy: proxy(for: address),
      host: settings.tls.serverName == nil ? "" : address.host)
    return try state.withLock { state in
      let now = Clock.monotonic()
      if !settings.tls.files.isEmpty, now - state.lookedAt >= Self.lookInterval {
        state.lookedAt = now
        let stamps = FileStamps(settings.tls.files)
        // Half a rotation, such as a new certificate with the old key, is left alone until it is whole.
        if stamps != state.stamps, (try? settings.tls.configuration()) != nil {
          state.stamps = stamps
          state.generations = [:]
        }
      }
      if let known = state.generations[route] { return known }
      let new = Generation(try makeClient(route))
      state.generations[route] = new
      return new
    }
  }

  private func makeClient(_ route: Route) throws -> HTTPClient {
    var configuration = HTTPClient.Configuration()
    configuration.redirectConfiguration = settings.followRedirects ? .follow(max: 10, allowCycles: false) : .disallow
    configuration.httpVersion = .http1Only
    configuration.connectionPool.idleTimeout = .seconds(60)
    // Watches of one server hold a connection each for minutes.
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = settings.connectionLimit
    // Trying again is the caller's part, which counts and logs it.
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.decompression = .disabled
    if let proxy = route.proxy {
      let authorization = proxy.user.map {
        HTTPClient.Authorization.basic(username: $0, password: proxy.password ?? "")
      }
      configuration.proxy = .server(
        host: proxy.host, port: proxy.port, authorization: authorization,
        connectHeaders: HTTPHeaders(settings.proxy.connectHeaders.map { ($0.name, $0.value) }))
    }
    if let name = settings.tls.serverName { configuration.dnsOverride = [name: route.host] }
    configuration.tlsConfiguration = try settings.tls.configuration()
    if let metrics {
      configuration.http1_1ConnectionDebugInitializer = { channel in
        metrics.noteEstablished(channel)
        return channel.eventLoop.makeSucceededVoidFuture()
      }
    }
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }
}
