import NIOCore
import Syscalls

/// Where tokens come from: RFC 6749, section 4.4 (client credentials).
public struct OAuth2Settings: Hashable, Sendable {
  public var clientID: String
  public var clientSecret: SecretSource
  public var scopes: [String]
  public var tokenURL: String
  /// Further fields of the form.
  public var parameters: [RequestHeader]
  public var tls: TLSClientSettings
  public var proxy: ProxySettings

  public init(
    clientID: String, clientSecret: SecretSource, scopes: [String], tokenURL: String, parameters: [RequestHeader],
    tls: TLSClientSettings, proxy: ProxySettings
  ) {
    self.clientID = clientID
    self.clientSecret = clientSecret
    self.scopes = scopes
    self.tokenURL = tokenURL
    self.parameters = parameters
    self.tls = tls
    self.proxy = proxy
  }
}

/// Fetches a token when there is none or it is about to expire, and keeps it until then.
actor OAuth2Tokens {
  private struct Token {
    var header: String
    /// Monotonic nanoseconds; nil for no end.
    var expires: Int64?
  }

  /// A token is not used in its last ten seconds, which a request may take to arrive.
  private static let margin: Int64 = 10_000_000_000
  private static let timeout: Int64 = 30_000_000_000

  private let settings: OAuth2Settings
  private let client: WebClient
  private var token: Token?
  private var fetching: Task<Token, any Error>?
  /// Whether the client's name and secret go into the form; the header is tried first, as RFC 6749 asks of servers.
  private var usesForm = false

  init(_ settings: OAuth2Settings, userAgent: String) throws {
    self.settings = settings
    var web = WebClientSettings()
    web.tls = settings.tls
    web.proxy = settings.proxy
    web.userAgent = userAgent
    client = try WebClient(web)
  }

  /// The value of the Authorization header.
  func header() async throws -> String {
    if let token, token.expires.map({ Clock.monotonic() < $0 - Self.margin }) ?? true { return token.header }
    if let fetching { return try await fetching.value.header }
    let task = Task { try await fetch() }
    fetching = task
    defer { fetching = nil }
    let new = try await task.value
    token = new
    return new.header
  }

  /// The server did not take this one: the next request asks for another.
  func forget(_ header: String) {
    if token?.header == header { token = nil }
  }

  private func fetch() async throws -> Token {
    let secret = try settings.clientSecret.read()
    var answer = try await ask(secret)
    if [400, 401].contains(answer.status), !usesForm {
      usesForm = true
      answer = try await ask(secret)
      if answer.status / 100 != 2 { usesForm = false }
    }
    let document = try? JSONReader.read(Array(answer.body.readableBytesView))
    guard answer.status / 100 == 2 else {
      let reason = document?["error"]?.text.map { ": \($0)" } ?? ""
      throw WebClientError("no token from \(settings.tokenURL): status \(answer.status)\(reason)")
    }
    guard let text = document?["access_token"]?.text, !text.isEmpty else {
      throw WebClientError("no token from \(settings.tokenURL): the answer has no access_token")
    }
    let type = document?["token_type"]?.text ?? "Bearer"
    let seconds = document?["expires_in"].flatMap { $0.int ?? $0.text.flatMap { Int($0) } } ?? 0
    return Token(
      header: "\(type.lowercased() == "bearer" ? "Bearer" : type) \(text)",
      expires: seconds > 0 ? Clock.monotonic() + Int64(clamping: seconds) * 1_000_000_000 : nil)
  }

  private func ask(_ secret: String) async throws -> WebAnswer {
    var form = [("grant_type", "client_credentials")]
    if !settings.scopes.isEmpty { form.append(("scope", settings.scopes.joined(separator: " "))) }
    form += settings.parameters.map { ($0.name, $0.value) }
    var request = WebRequest(settings.tokenURL, timeout: Self.timeout)
    request.method = "POST"
    request.headers.append(RequestHeader("Content-Type", "application/x-www-form-urlencoded"))
    if usesForm {
      form += [("client_id", settings.clientID), ("client_secret", secret)]
    } else {
      let user = PercentEncoding.encode(settings.clientID)
      request.headers.append(
        RequestHeader("Authorization", Credentials.basicHeader(user, PercentEncoding.encode(secret))))
    }
    request.body = ByteBuffer(
      string: form.map { "\(PercentEncoding.encode($0.0))=\(PercentEncoding.encode($0.1))" }.joined(separator: "&"))
    return try await client.send(request, keeping: 1 << 20)
  }
}
