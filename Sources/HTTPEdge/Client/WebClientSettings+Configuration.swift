public import AgentConfiguration
import Glibc

extension WebClientSettings {
  /// What a client's or discovery's part of the configuration says.
  public init(_ http: HTTPClientConfiguration, userAgent: String) {
    self.init()
    credentials = Credentials(http)
    tls = TLSClientSettings(http.tls)
    proxy = ProxySettings(http.proxy)
    followRedirects = http.followRedirects
    self.userAgent = userAgent
    headers = http.headers.flatMap { header in
      (header.values.map { SecretSource.inline($0) } + header.secrets.map { .inline($0.text) }
        + header.files.map { .file($0) }).map { Header(header.name, $0) }
    }
  }
}

extension Credentials {
  init(_ http: HTTPClientConfiguration) {
    if let basic = http.basicAuth {
      self = .basic(
        user: SecretSource(basic.username, file: basic.usernameFile),
        password: SecretSource(basic.password.text, file: basic.passwordFile))
    } else if let authorization = http.authorization {
      self = .token(
        type: authorization.type,
        secret: SecretSource(authorization.credentials.text, file: authorization.credentialsFile))
    } else if let oauth2 = http.oauth2 {
      self = .oauth2(
        OAuth2Settings(
          clientID: oauth2.clientID,
          clientSecret: SecretSource(oauth2.clientSecret.text, file: oauth2.clientSecretFile), scopes: oauth2.scopes,
          tokenURL: oauth2.tokenURL.text,
          parameters: oauth2.endpointParams.pairs.map { RequestHeader($0.name, $0.text) },
          tls: TLSClientSettings(oauth2.tls), proxy: ProxySettings(oauth2.proxy)))
    } else if !http.bearerToken.text.isEmpty || !http.bearerTokenFile.isEmpty {
      self = .token(type: "Bearer", secret: SecretSource(http.bearerToken.text, file: http.bearerTokenFile))
    } else {
      self = .none
    }
  }
}

extension TLSClientSettings {
  public init(_ tls: TLSConfiguration) {
    self.init()
    func source(_ text: String, _ file: String) -> SecretSource? {
      text.isEmpty && file.isEmpty ? nil : SecretSource(text, file: file)
    }
    ca = source(tls.ca, tls.caFile)
    certificate = source(tls.cert, tls.certFile)
    key = source(tls.key.text, tls.keyFile)
    serverName = tls.serverName.isEmpty ? nil : tls.serverName
    insecureSkipVerify = tls.insecureSkipVerify
    minimumVersion = Version(rawValue: tls.minVersion)
    maximumVersion = Version(rawValue: tls.maxVersion)
  }
}

extension ProxySettings {
  /// - Parameter environment: what a variable says; `nil` when it is not set.
  init(
    _ proxy: ProxyConfiguration,
    environment: (String) -> String? = { name in getenv(name).map { String(cString: $0) } }
  ) {
    self.init()
    connectHeaders = proxy.connectHeaders.flatMap { header in
      header.secrets.map { RequestHeader(header.name, $0.text) }
    }
    if proxy.fromEnvironment {
      func variable(_ name: String) -> String {
        environment(name) ?? environment(name.lowercased()) ?? ""
      }
      func server(_ name: String) -> Server? {
        let text = variable(name)
        return Server(try? EndpointURL(text.contains("://") || text.isEmpty ? text : "http://" + text))
      }
      http = server("HTTP_PROXY")
      https = server("HTTPS_PROXY")
      noProxy = variable("NO_PROXY")
      sparesLoopback = true
    } else {
      http = Server(proxy.url)
      https = http
      noProxy = proxy.noProxy
    }
  }
}

extension ProxySettings.Server {
  init?(_ url: EndpointURL?) {
    guard let url, !url.host.isEmpty else { return nil }
    self.init(
      host: url.host, port: url.port ?? (url.scheme == "https" ? 443 : 80), user: url.user, password: url.password)
  }
}
