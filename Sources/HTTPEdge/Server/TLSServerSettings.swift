import NIOSSL

/// TLS as in `http_tls_config`.
public struct TLSServerSettings: Sendable, Hashable {
  /// How clients prove who they are, in the words of Go's crypto/tls.
  public enum ClientAuth: String, CaseIterable, Sendable {
    case none = "NoClientCert"
    /// Asked for and not looked at: the same as `none` here.
    case request = "RequestClientCert"
    case requireAny = "RequireAnyClientCert"
    case verifyIfGiven = "VerifyClientCertIfGiven"
    case requireAndVerify = "RequireAndVerifyClientCert"
  }

  public var certificate: SecretSource
  public var key: SecretSource
  public var clientCA: SecretSource?
  public var clientAuth: ClientAuth
  public var minimumVersion: TLSClientSettings.Version?
  /// IANA's names; empty for the library's own choice. Those of TLS 1.3 cannot be chosen.
  public var cipherSuites: [String]

  public init(
    certificate: SecretSource, key: SecretSource, clientCA: SecretSource?, clientAuth: ClientAuth,
    minimumVersion: TLSClientSettings.Version?, cipherSuites: [String]
  ) {
    self.certificate = certificate
    self.key = key
    self.clientCA = clientCA
    self.clientAuth = clientAuth
    self.minimumVersion = minimumVersion
    self.cipherSuites = cipherSuites
  }

  /// The names that `cipherSuites` may hold.
  public static let knownCipherSuites: [String: UInt16] = [
    "TLS_RSA_WITH_AES_128_CBC_SHA": 0x002F, "TLS_RSA_WITH_AES_256_CBC_SHA": 0x0035,
    "TLS_RSA_WITH_AES_128_GCM_SHA256": 0x009C, "TLS_RSA_WITH_AES_256_GCM_SHA384": 0x009D,
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA": 0xC009, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA": 0xC00A,
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA": 0xC013, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA": 0xC014,
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256": 0xC02B, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384": 0xC02C,
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256": 0xC02F, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384": 0xC030,
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305": 0xCCA8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256": 0xCCA8,
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305": 0xCCA9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256": 0xCCA9,
    "TLS_AES_128_GCM_SHA256": 0x1301, "TLS_AES_256_GCM_SHA384": 0x1302, "TLS_CHACHA20_POLY1305_SHA256": 0x1303,
  ]

  /// - Throws: `WebClientError` naming the file that cannot be used.
  func configuration() throws -> TLSConfiguration {
    var tls = TLSConfiguration.makeServerConfiguration(
      certificateChain: try TLSClientSettings.certificates(certificate).map { .certificate($0) },
      privateKey: .privateKey(try TLSClientSettings.privateKey(key)))
    if let clientCA { tls.trustRoots = .certificates(try TLSClientSettings.certificates(clientCA)) }
    switch clientAuth {
    case .none, .request: tls.certificateVerification = .none
    case .verifyIfGiven: tls.certificateVerification = .optionalVerification
    case .requireAny, .requireAndVerify: tls.certificateVerification = .noHostnameVerification
    }
    if let minimumVersion { tls.minimumTLSVersion = minimumVersion.library }
    let suites = cipherSuites.compactMap { Self.knownCipherSuites[$0] }.filter { $0 >> 8 != 0x13 }
    if !suites.isEmpty { tls.cipherSuiteValues = suites.map { NIOTLSCipher($0) } }
    return tls
  }
}
