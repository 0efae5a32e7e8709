/// What a server does beside answering: TLS, who may ask, and how long anything may take.
public struct ServerOptions: Sendable {
  public var tls: TLSServerSettings?
  /// Told when a renewed certificate cannot be used, and why.
  public var certificateTrouble: @Sendable (String) -> Void = { _ in }
  /// User and password that every request must bring.
  public var basicAuth: BasicAuth?
  /// Most connections at a time; nil for any number.
  public var connectionLimit: Int?
  /// Nanoseconds, nil for ever: the head of a request, the whole of it, its answer, and the pause before the next.
  public var readHeaderTimeout: Int64?
  public var readTimeout: Int64?
  public var writeTimeout: Int64?
  public var idleTimeout: Int64?

  public struct BasicAuth: Sendable {
    public var user: SecretSource
    public var password: SecretSource

    public init(user: SecretSource, password: SecretSource) {
      self.user = user
      self.password = password
    }
  }

  public init() {}
}
