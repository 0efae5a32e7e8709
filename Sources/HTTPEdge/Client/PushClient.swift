public import NIOCore

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
  private let url: String
  private let timeout: Int64
  private let headers: [RequestHeader]
  private let client: WebClient

  /// - Parameters:
  ///   - timeout: for one request, from the connection to the end of the answer: nanoseconds.
  ///   - headers: sent with every push; they do not replace content type and tenant.
  ///   - metrics: counts its connections.
  /// - Throws: `WebClientError` when certificates cannot be used.
  public init(
    url: String, timeout: Int64, headers: [RequestHeader], settings: WebClientSettings, metrics: DialerMetrics? = nil
  ) throws {
    self.url = url
    self.timeout = timeout
    self.headers = headers
    client = try WebClient(settings, metrics: metrics)
  }

  /// - Throws: when there was no answer; the error's description says why.
  public func post(_ body: ByteBuffer, contentType: String, tenant: String?) async throws -> PushAnswer {
    var request = WebRequest(url, timeout: timeout)
    request.method = "POST"
    request.headers = headers + [RequestHeader("Content-Type", contentType)]
    if let tenant, !tenant.isEmpty { request.headers.append(RequestHeader("X-Scope-OrgID", tenant)) }
    request.body = body
    let answer = try await client.send(request, keeping: 1024)
    let text = String(decoding: answer.body.readableBytesView, as: UTF8.self)
    return PushAnswer(
      status: answer.status, reason: text.split(whereSeparator: \.isNewline).first.map(String.init) ?? "",
      retryAfter: answer["Retry-After"].flatMap { RetryAfter.nanoseconds($0) })
  }
}
