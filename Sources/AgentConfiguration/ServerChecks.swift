import YAMLSource

extension ServerConfiguration {
  /// Go's names of TLS versions, as `tls_min_version` takes them.
  static let tlsVersions = ["VersionTLS10", "VersionTLS11", "VersionTLS12", "VersionTLS13"]
  static let clientAuthTypes = [
    "NoClientCert", "RequestClientCert", "RequireClientCert", "RequireAnyClientCert", "VerifyClientCertIfGiven",
    "RequireAndVerifyClientCert",
  ]

  /// What keeps the pages from being served.
  func check(_ errors: inout ErrorCollector, at location: SourceLocation) {
    guard !disable else { return }
    func refuse(_ key: String, _ message: String, hint: String? = nil) {
      errors.add(message, at: location, path: "server.\(key)", hint: hint)
    }
    if !(0...65_535).contains(http.port) { refuse("http_listen_port", "\(http.port) is no port") }
    if !["tcp", "tcp4", "tcp6"].contains(http.network) {
      refuse("http_listen_network", "\"\(http.network)\" is no network to listen on", hint: "use tcp, tcp4 or tcp6")
    }
    if !["", "VersionTLS10", "VersionTLS11", "VersionTLS12", "VersionTLS13"].contains(tlsMinVersion) {
      refuse(
        "tls_min_version", "\"\(tlsMinVersion)\" is no TLS version",
        hint: NearestName.hint(for: tlsMinVersion, among: Self.tlsVersions) ?? "such as VersionTLS12")
    }
    for name in tlsCipherSuites.split(separator: ",").map({ $0.filter { $0 != " " } }) {
      if TLSCipherSuites.numbers[name] != nil { continue }
      if TLSCipherSuites.refused.contains(name) {
        refuse("tls_cipher_suites", "\(name) is broken and not to be had", hint: "leave it out")
      } else {
        refuse(
          "tls_cipher_suites", "\"\(name)\" is no cipher suite",
          hint: NearestName.hint(for: name, among: TLSCipherSuites.numbers.keys.sorted())
            ?? "such as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
      }
    }
    let tls = httpTLS
    let hasCertificate = !tls.cert.isEmpty || !tls.certFile.isEmpty
    let hasKey = !(tls.key?.text ?? "").isEmpty || !tls.keyFile.isEmpty
    if hasCertificate != hasKey { refuse("http_tls_config", "a certificate needs its key and a key its certificate") }
    if !tls.cert.isEmpty, !tls.certFile.isEmpty {
      refuse("http_tls_config", "cert and cert_file exclude each other")
    }
    if !tls.clientAuthType.isEmpty, !Self.clientAuthTypes.contains(tls.clientAuthType) {
      refuse(
        "http_tls_config.client_auth_type", "\"\(tls.clientAuthType)\" is no way to ask for client certificates",
        hint: NearestName.hint(for: tls.clientAuthType, among: Self.clientAuthTypes)
          ?? "such as RequireAndVerifyClientCert")
    }
    let needsCA = ["VerifyClientCertIfGiven", "RequireAndVerifyClientCert"].contains(tls.clientAuthType)
    if needsCA, tls.clientCA.isEmpty, tls.clientCAFile.isEmpty {
      refuse("http_tls_config", "\(tls.clientAuthType) needs client_ca_file or client_ca")
    }
  }
}
