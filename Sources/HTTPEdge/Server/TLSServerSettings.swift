import AgentConfiguration
import NIOCore
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

  /// - Parameter trouble: told when a renewed certificate cannot be used.
  /// - Throws: `WebClientError` naming the file that cannot be used.
  func configuration(trouble: @escaping @Sendable (String) -> Void) throws -> NIOSSL.TLSConfiguration {
    let served = try ServedCertificate(certificate: certificate, key: key, trouble: trouble)
    let first = served.current
    var tls = NIOSSL.TLSConfiguration.makeServerConfiguration(
      certificateChain: first.certificateChain ?? [], privateKey: first.privateKey!)
    tls.sslContextCallback = { _, promise in promise.succeed(served.current) }
    if let clientCA { tls.trustRoots = .certificates(try TLSClientSettings.certificates(clientCA)) }
    switch clientAuth {
    case .none, .request: tls.certificateVerification = .none
    case .verifyIfGiven: tls.certificateVerification = .optionalVerification
    case .requireAny, .requireAndVerify: tls.certificateVerification = .noHostnameVerification
    }
    if let minimumVersion { tls.minimumTLSVersion = minimumVersion.library }
    let suites = cipherSuites.compactMap { TLSCipherSuites.numbers[$0] }.filter { $0 >> 8 != 0x13 }
    if !suites.isEmpty { tls.cipherSuiteValues = suites.map { NIOTLSCipher($0) } }
    return tls
  }
}
