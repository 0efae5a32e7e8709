import AgentConfiguration
import GoCompat
import HTTPEdge

/// From the section `server` to what the HTTP server needs of it.
enum ServerWiring {
  static func address(_ server: ServerConfiguration) -> ListenAddress {
    let everywhere = server.http.network == "tcp6" ? "::" : "0.0.0.0"
    return ListenAddress(
      host: server.http.address.isEmpty ? everywhere : server.http.address, port: server.http.port)
  }

  static func options(_ server: ServerConfiguration) -> ServerOptions {
    var options = ServerOptions()
    func positive(_ duration: Int64) -> Int64? { duration > 0 ? duration : nil }
    options.readHeaderTimeout = positive(server.httpReadHeaderTimeout.nanoseconds)
    options.readTimeout = positive(server.httpReadTimeout.nanoseconds)
    options.writeTimeout = positive(server.httpWriteTimeout.nanoseconds)
    options.idleTimeout = positive(server.httpIdleTimeout.nanoseconds)
    options.connectionLimit = server.http.connectionLimit > 0 ? server.http.connectionLimit : nil
    options.tls = tls(server)
    options.basicAuth = server.basicAuth.map {
      ServerOptions.BasicAuth(
        user: SecretSource($0.username, file: $0.usernameFile),
        password: SecretSource($0.password.text, file: $0.passwordFile))
    }
    return options
  }

  private static func tls(_ server: ServerConfiguration) -> TLSServerSettings? {
    let tls = server.httpTLS
    guard !tls.cert.isEmpty || !tls.certFile.isEmpty else { return nil }
    let versions: [String: TLSClientSettings.Version] = [
      "VersionTLS10": .tls10, "VersionTLS11": .tls11, "VersionTLS12": .tls12, "VersionTLS13": .tls13,
    ]
    // Go's older name for the same.
    let auth = tls.clientAuthType == "RequireClientCert" ? "RequireAnyClientCert" : tls.clientAuthType
    return TLSServerSettings(
      certificate: SecretSource(tls.cert, file: tls.certFile),
      key: SecretSource(tls.key?.text ?? "", file: tls.keyFile),
      clientCA: tls.clientCA.isEmpty && tls.clientCAFile.isEmpty
        ? nil : SecretSource(tls.clientCA, file: tls.clientCAFile),
      clientAuth: TLSServerSettings.ClientAuth(rawValue: auth) ?? .none,
      minimumVersion: versions[server.tlsMinVersion],
      cipherSuites: server.tlsCipherSuites.split(separator: ",").map { $0.filter { $0 != " " } })
  }

  /// What stands before all paths, without a slash at its end.
  static func prefix(_ server: ServerConfiguration) -> String { trimmed(server.pathPrefix) }

  /// What stands before the paths of links: that of `external_url`, behind which the pages are seen, or their own prefix.
  static func links(_ server: ServerConfiguration) -> String {
    guard let url = try? EndpointURL(server.externalURL), !url.isEmpty else { return prefix(server) }
    return trimmed(url.path)
  }

  private static func trimmed(_ path: String) -> String {
    var path = Substring(path)
    while path.hasSuffix("/") { path.removeLast() }
    return path.isEmpty || path.hasPrefix("/") ? String(path) : "/" + path
  }
}
