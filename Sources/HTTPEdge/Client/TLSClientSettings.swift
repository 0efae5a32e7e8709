import NIOSSL
import Syscalls

/// TLS as in `tls_config`.
public struct TLSClientSettings: Hashable, Sendable {
  public enum Version: String, Sendable { case tls10 = "TLS10", tls11 = "TLS11", tls12 = "TLS12", tls13 = "TLS13" }

  /// PEM texts or the paths of PEM files.
  public var ca: SecretSource?
  public var certificate: SecretSource?
  public var key: SecretSource?
  /// What the certificate must say, if not the name in the URL.
  public var serverName: String?
  public var insecureSkipVerify = false
  public var minimumVersion: Version?
  public var maximumVersion: Version?

  public init() {}

  /// The files that it is made of. When one of them changes, connections are made anew.
  var files: [String] { [ca, certificate, key].compactMap { $0?.path } }

  /// - Throws: `WebClientError` naming the file that cannot be used.
  func configuration() throws -> TLSConfiguration {
    var tls = TLSConfiguration.makeClientConfiguration()
    if let ca { tls.trustRoots = .certificates(try Self.certificates(ca)) }
    if let certificate { tls.certificateChain = try Self.certificates(certificate).map { .certificate($0) } }
    if let key { tls.privateKey = .privateKey(try Self.privateKey(key)) }
    if insecureSkipVerify { tls.certificateVerification = .none }
    if let minimumVersion { tls.minimumTLSVersion = minimumVersion.library }
    if let maximumVersion { tls.maximumTLSVersion = maximumVersion.library }
    return tls
  }

  static func certificates(_ source: SecretSource) throws -> [NIOSSLCertificate] {
    let text = try source.read()
    do {
      return try NIOSSLCertificate.fromPEMBytes(Array(text.utf8))
    } catch {
      throw WebClientError("no certificate in PEM form: \(source)")
    }
  }

  static func privateKey(_ source: SecretSource) throws -> NIOSSLPrivateKey {
    let text = try source.read()
    do {
      return try NIOSSLPrivateKey(bytes: Array(text.utf8), format: .pem)
    } catch {
      throw WebClientError("no private key in PEM form: \(source)")
    }
  }
}

extension TLSClientSettings.Version {
  var library: TLSVersion {
    switch self {
    case .tls10: .tlsv1
    case .tls11: .tlsv11
    case .tls12: .tlsv12
    case .tls13: .tlsv13
    }
  }
}

/// What tells a changed file from the one before: identity, size and time.
struct FileStamps: Equatable {
  private let stamps: [FileStatus?]

  init(_ paths: [String]) {
    stamps = paths.map { path in
      if case .success(let status) = LinuxFileSystem().status(at: path) { status } else { nil }
    }
  }
}
