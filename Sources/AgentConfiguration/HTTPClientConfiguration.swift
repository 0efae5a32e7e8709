internal import YAMLSource

/// How to speak HTTP to a server: authentication, TLS, proxy. The keys stand in line with those of a client or a
/// discovery, as in Prometheus.
public struct HTTPClientConfiguration: Hashable, Sendable {
  public var basicAuth: BasicAuthConfiguration?
  public var authorization: AuthorizationConfiguration?
  public var oauth2: OAuth2Configuration?
  public var bearerToken = Secret("")
  public var bearerTokenFile = ""
  public var followRedirects = true
  public var enableHTTP2 = true
  public var proxy = ProxyConfiguration()
  public var tls = TLSConfiguration()
  /// Sent with every request.
  public var headers: [HeaderConfiguration] = []

  public init() {}

  /// Its keys, for a section that holds one.
  static func fields<Section>(at place: Place<Section, HTTPClientConfiguration>)
    -> [ConfigurationField<Section>]
  {
    own.map { field in
      ConfigurationField(
        field.key, read: { field.read($0, $1, &$2[keyPath: place], &$3) }, value: { field.value($0[keyPath: place]) })
    }
  }

  private static let own: [ConfigurationField<HTTPClientConfiguration>] =
    [
      ConfigurationField(ifSet: "basic_auth", \.basicAuth),
      ConfigurationField(ifSet: "authorization", \.authorization),
      ConfigurationField(ifSet: "oauth2", \.oauth2),
      ConfigurationField(ifSet: "bearer_token", \.bearerToken),
      ConfigurationField(ifSet: "bearer_token_file", \.bearerTokenFile),
      ConfigurationField(ifSet: "tls_config", \.tls),
      ConfigurationField("follow_redirects", \.followRedirects),
      ConfigurationField("enable_http2", \.enableHTTP2),
      HeaderConfiguration.field("http_headers", \.headers),
    ] + ProxyConfiguration.fields(at: \.proxy)

  /// Only one way to authenticate may be given.
  func finish(_ node: YAMLNode, path: String, errors: inout ErrorCollector) {
    func refuse(_ key: String, _ message: String) {
      errors.add(message, at: node[key]?.location ?? node.location, path: path)
    }
    if !bearerToken.text.isEmpty, !bearerTokenFile.isEmpty {
      refuse("bearer_token_file", "bearer_token and bearer_token_file exclude each other")
    }
    let given = [
      ("basic_auth", basicAuth != nil), ("authorization", authorization != nil), ("oauth2", oauth2 != nil),
      ("bearer_token", !bearerToken.text.isEmpty || !bearerTokenFile.isEmpty),
    ].filter(\.1).map(\.0)
    if given.count > 1 { refuse(given[1], "\(given.joined(separator: " and ")) exclude each other") }
    proxy.check(node, path: path, errors: &errors)
  }
}

public struct BasicAuthConfiguration: Hashable, Sendable {
  public var username = ""
  public var usernameFile = ""
  public var password = Secret("")
  /// Blanks around its text are dropped.
  public var passwordFile = ""

  public init() {}
}

extension BasicAuthConfiguration: ConfigurationSection {
  static let fields: [ConfigurationField<BasicAuthConfiguration>] = [
    ConfigurationField(ifSet: "username", \.username),
    ConfigurationField(ifSet: "username_file", \.usernameFile),
    ConfigurationField(ifSet: "password", \.password),
    ConfigurationField(ifSet: "password_file", \.passwordFile),
  ]

  mutating func finish(_ node: YAMLNode, path: String, errors: inout ErrorCollector) {
    if !username.isEmpty, !usernameFile.isEmpty {
      errors.add("username and username_file exclude each other", at: node.location, path: path)
    }
    if !password.text.isEmpty, !passwordFile.isEmpty {
      errors.add("password and password_file exclude each other", at: node.location, path: path)
    }
  }
}

public struct AuthorizationConfiguration: Hashable, Sendable {
  public var type = "Bearer"
  public var credentials = Secret("")
  public var credentialsFile = ""

  public init() {}
}

extension AuthorizationConfiguration: ConfigurationSection {
  static let fields: [ConfigurationField<AuthorizationConfiguration>] = [
    ConfigurationField("type", \.type),
    ConfigurationField(ifSet: "credentials", \.credentials),
    ConfigurationField(ifSet: "credentials_file", \.credentialsFile),
  ]

  mutating func finish(_ node: YAMLNode, path: String, errors: inout ErrorCollector) {
    if !credentials.text.isEmpty, !credentialsFile.isEmpty {
      errors.add("credentials and credentials_file exclude each other", at: node.location, path: path)
    }
    type = type.isEmpty ? "Bearer" : type
    if type.lowercased() == "basic" {
      errors.add(
        "authorization type cannot be \"basic\"", at: node["type"]?.location ?? node.location, path: path,
        hint: "use basic_auth")
    }
  }
}

public struct OAuth2Configuration: Hashable, Sendable {
  public var clientID = ""
  public var clientSecret = Secret("")
  public var clientSecretFile = ""
  public var scopes: [String] = []
  public var tokenURL = EndpointURL()
  public var endpointParams = NamedTexts()
  public var tls = TLSConfiguration()
  public var proxy = ProxyConfiguration()

  public init() {}
}

extension OAuth2Configuration: ConfigurationSection {
  static let fields: [ConfigurationField<OAuth2Configuration>] =
    [
      ConfigurationField("client_id", \.clientID),
      ConfigurationField(ifSet: "client_secret", \.clientSecret),
      ConfigurationField(ifSet: "client_secret_file", \.clientSecretFile),
      ConfigurationField(ifSet: "scopes", \.scopes),
      ConfigurationField("token_url", \.tokenURL),
      ConfigurationField(ifSet: "endpoint_params", \.endpointParams),
      ConfigurationField(ifSet: "tls_config", \.tls),
    ] + ProxyConfiguration.fields(at: \.proxy)

  mutating func finish(_ node: YAMLNode, path: String, errors: inout ErrorCollector) {
    if clientID.isEmpty { errors.add("oauth2 needs a client_id", at: node.location, path: path) }
    if tokenURL.isEmpty { errors.add("oauth2 needs a token_url", at: node.location, path: path) }
    if clientSecret.text.isEmpty == clientSecretFile.isEmpty {
      errors.add("oauth2 needs either client_secret or client_secret_file", at: node.location, path: path)
    }
  }
}

public struct TLSConfiguration: Hashable, Sendable {
  /// PEM text or paths of PEM files.
  public var ca = ""
  public var cert = ""
  public var key = Secret("")
  public var caFile = ""
  public var certFile = ""
  public var keyFile = ""
  public var serverName = ""
  public var insecureSkipVerify = false
  /// `TLS10` to `TLS13`, empty for the library's own.
  public var minVersion = ""
  public var maxVersion = ""

  public init() {}
}

extension TLSConfiguration: ConfigurationSection {
  static let fields: [ConfigurationField<TLSConfiguration>] = [
    ConfigurationField(ifSet: "ca", \.ca),
    ConfigurationField(ifSet: "cert", \.cert),
    ConfigurationField(ifSet: "key", \.key),
    ConfigurationField(ifSet: "ca_file", \.caFile),
    ConfigurationField(ifSet: "cert_file", \.certFile),
    ConfigurationField(ifSet: "key_file", \.keyFile),
    ConfigurationField(ifSet: "server_name", \.serverName),
    ConfigurationField("insecure_skip_verify", \.insecureSkipVerify),
    ConfigurationField(ifSet: "min_version", \.minVersion),
    ConfigurationField(ifSet: "max_version", \.maxVersion),
  ]

  var isUnset: Bool { self == TLSConfiguration() }

  mutating func finish(_ node: YAMLNode, path: String, errors: inout ErrorCollector) {
    func refuse(_ message: String, _ key: String) {
      errors.add(message, at: node[key]?.location ?? node.location, path: path)
    }
    if !ca.isEmpty, !caFile.isEmpty { refuse("ca and ca_file exclude each other", "ca_file") }
    if !cert.isEmpty, !certFile.isEmpty { refuse("cert and cert_file exclude each other", "cert_file") }
    if !key.text.isEmpty, !keyFile.isEmpty { refuse("key and key_file exclude each other", "key_file") }
    let hasCertificate = !cert.isEmpty || !certFile.isEmpty
    let hasKey = !key.text.isEmpty || !keyFile.isEmpty
    if hasCertificate != hasKey { refuse("a certificate needs its key and a key its certificate", "cert_file") }
    for (name, version) in [("min_version", minVersion), ("max_version", maxVersion)]
    where !["", "TLS10", "TLS11", "TLS12", "TLS13"].contains(version) {
      refuse("unknown TLS version \"\(version)\": expected TLS10, TLS11, TLS12 or TLS13", name)
    }
  }
}

public struct ProxyConfiguration: Hashable, Sendable {
  public var url = EndpointURL()
  /// Hosts that are reached directly, separated by commas.
  public var noProxy = ""
  /// Takes the variables HTTP_PROXY, HTTPS_PROXY and NO_PROXY.
  public var fromEnvironment = false
  /// Sent to the proxy when it is asked for a tunnel.
  public var connectHeaders: [HeaderConfiguration] = []

  public init() {}

  /// Without a proxy nothing else of it means anything.
  func check(_ node: YAMLNode, path: String, errors: inout ErrorCollector) {
    func refuse(_ key: String, _ message: String) {
      errors.add(message, at: node[key]?.location ?? node.location, path: path)
    }
    if fromEnvironment, !url.isEmpty {
      refuse("proxy_url", "proxy_url and proxy_from_environment exclude each other")
    }
    if fromEnvironment, !noProxy.isEmpty {
      refuse("no_proxy", "no_proxy and proxy_from_environment exclude each other")
    }
    if !noProxy.isEmpty, url.isEmpty, !fromEnvironment { refuse("no_proxy", "no_proxy needs a proxy_url") }
    if !connectHeaders.isEmpty, url.isEmpty, !fromEnvironment {
      refuse("proxy_connect_header", "proxy_connect_header needs a proxy_url or proxy_from_environment")
    }
  }

  static func fields<Section>(at place: Place<Section, ProxyConfiguration>)
    -> [ConfigurationField<Section>]
  {
    let own: [ConfigurationField<ProxyConfiguration>] = [
      ConfigurationField(ifSet: "proxy_url", \.url),
      ConfigurationField(ifSet: "no_proxy", \.noProxy),
      ConfigurationField(ifSet: "proxy_from_environment", \.fromEnvironment),
      HeaderConfiguration.secretsField("proxy_connect_header", \.connectHeaders),
    ]
    return own.map { field in
      ConfigurationField(
        field.key, read: { field.read($0, $1, &$2[keyPath: place], &$3) }, value: { field.value($0[keyPath: place]) })
    }
  }
}
