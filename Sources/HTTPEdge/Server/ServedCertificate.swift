import NIOCore
import NIOSSL
import Synchronization

/// The certificate that a server shows, read again when its files change: certificates are renewed while the agent runs.
final class ServedCertificate: Sendable {
  private struct State {
    var stamps: FileStamps
    var shown: NIOSSLContextConfigurationOverride
  }
  private let certificate: SecretSource
  private let key: SecretSource
  private let state: Mutex<State>

  /// - Throws: `WebClientError` naming the file that cannot be used.
  init(certificate: SecretSource, key: SecretSource) throws {
    self.certificate = certificate
    self.key = key
    let stamps = FileStamps([certificate, key].compactMap(\.path))
    state = Mutex(State(stamps: stamps, shown: try Self.read(certificate, key)))
  }

  private static func read(_ certificate: SecretSource, _ key: SecretSource) throws
    -> NIOSSLContextConfigurationOverride
  {
    var shown = NIOSSLContextConfigurationOverride()
    let chain = try TLSClientSettings.certificates(certificate)
    let privateKey = try TLSClientSettings.privateKey(key)
    // Half a renewal, such as a new certificate with the old key, is no pair.
    _ = try NIOSSLContext(
      configuration: .makeServerConfiguration(
        certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(privateKey)))
    shown.certificateChain = chain.map { .certificate($0) }
    shown.privateKey = .privateKey(privateKey)
    return shown
  }

  /// What a connection that begins now is shown; what was there before, until both files fit each other again.
  var current: NIOSSLContextConfigurationOverride {
    state.withLock { state in
      let stamps = FileStamps([certificate, key].compactMap(\.path))
      if stamps != state.stamps, let shown = try? Self.read(certificate, key) {
        state = State(stamps: stamps, shown: shown)
      }
      return state.shown
    }
  }
}
