import AsyncHTTPClient
public import NIOCore
import NIOHTTP1
import NIOSSL

/// TLS as in `tls_config`.
public struct TLSClientSettings: Sendable, Equatable {
  public var caFile: String?
  public var certificateFile: String?
  public var keyFile: String?
  public var serverName: String?
  public var insecureSkipVerify: Bool

  public init(
    caFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil, serverName: String? = nil,
    insecureSkipVerify: Bool = false
  ) {
    self.caFile = caFile
    self.certificateFile = certificateFile
    self.keyFile = keyFile
    self.serverName = serverName
    self.insecureSkipVerify = insecureSkipVerify
  }
}

/// What a client's part of the configuration says about its requests.
public struct PushClientSettings: Sendable {
  public var url: String
  /// For one request, from the connection to the end of the answer: nanoseconds.
  public var timeout: Int64
  public var headers: [(String, String)]
  public var credentials: Credentials
  public var tls: TLSClientSettings
  /// Host and port of a proxy.
  public var proxy: (host: String, port: Int)?
  public var followRedirects: Bool
  public var userAgent: String

  public init(
    url: String, timeout: Int64, headers: [(String, String)], credentials: Credentials, tls: TLSClientSettings,
    proxy: (host: String, port: Int)?, followRedirects: Bool, userAgent: String
  ) {
    self.url = url
    self.timeout = timeout
    self.headers = headers
    self.credentials = credentials
    self.tls = tls
    self.proxy = proxy
    self.followRedirects = followRedirects
    self.userAgent = userAgent
  }
}

/// What came back of a push.
public struct PushAnswer: Sendable {
  public var status: Int
  /// The first line of the body, at most 1,024 bytes.
  public var reason: String
  /// Nanoseconds.
  public var retryAfter: Int64?
}

/// Posts bodies to one URL, with keep-alive.
public final class PushClient: Sendable {
  private let settings: PushClientSettings
  private let client: HTTPClient

  public init(_ settings: PushClientSettings) throws {
    self.settings = settings
    var configuration = HTTPClient.Configuration()
    configuration.redirectConfiguration =
      settings.followRedirects ? .follow(max: 10, allowCycles: false) : .disallow
    configuration.timeout.connect = .nanoseconds(settings.timeout)
    configuration.httpVersion = .http1Only
    configuration.connectionPool.idleTimeout = .seconds(60)
    // Trying again is the sender's part, which counts and logs it.
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.decompression = .disabled
    if let proxy = settings.proxy {
      configuration.proxy = .server(host: proxy.host, port: proxy.port)
    }
    configuration.tlsConfiguration = try Self.tls(settings.tls)
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }

  private static func tls(_ settings: TLSClientSettings) throws -> TLSConfiguration {
    var tls = TLSConfiguration.makeClientConfiguration()
    if let file = settings.caFile { tls.trustRoots = .file(file) }
    if let file = settings.certificateFile {
      tls.certificateChain = try NIOSSLCertificate.fromPEMFile(file).map { .certificate($0) }
    }
    if let file = settings.keyFile { tls.privateKey = .privateKey(try NIOSSLPrivateKey(file: file, format: .pem)) }
    if settings.insecureSkipVerify { tls.certificateVerification = .none }
    return tls
  }

  /// - Throws: when there was no answer; the error's description says why.
  public func post(_ body: ByteBuffer, contentType: String, tenant: String?) async throws -> PushAnswer {
    var request = HTTPClientRequest(url: settings.url)
    request.method = .POST
    for (name, value) in settings.headers { request.headers.replaceOrAdd(name: name, value: value) }
    request.headers.replaceOrAdd(name: "Content-Type", value: contentType)
    if !settings.headers.contains(where: { $0.0.lowercased() == "user-agent" }) {
      request.headers.replaceOrAdd(name: "User-Agent", value: settings.userAgent)
    }
    if let tenant, !tenant.isEmpty { request.headers.replaceOrAdd(name: "X-Scope-OrgID", value: tenant) }
    if let authorization = try settings.credentials.header() {
      request.headers.replaceOrAdd(name: "Authorization", value: authorization)
    }
    request.body = .bytes(body)
    let response = try await client.execute(request, deadline: .now() + .nanoseconds(settings.timeout))
    let status = Int(response.status.code)
    var reason = ByteBuffer()
    if status / 100 == 2 {
      // Read and forget, so that the connection can be used again.
      for try await _ in response.body {}
    } else {
      for try await part in response.body where reason.readableBytes < 1024 {
        var part = part
        reason.writeBuffer(&part)
      }
    }
    let text = String(decoding: reason.readableBytesView.prefix(1024), as: UTF8.self)
    return PushAnswer(
      status: status, reason: text.split(whereSeparator: \.isNewline).first.map(String.init) ?? "",
      retryAfter: response.headers.first(name: "Retry-After").flatMap { Int64($0) }.map { $0 * 1_000_000_000 })
  }

  public func close() async { try? await client.shutdown() }
}
