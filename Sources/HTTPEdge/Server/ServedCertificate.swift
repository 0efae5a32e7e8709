import NIOCore
import NIOSSL
import Synchronization
import Syscalls

/// The certificate that a server shows, read again when its files change: certificates are renewed while the agent runs.
final class ServedCertificate: Sendable {
  /// How long both files must have stayed the same: they are replaced one after the other. Nanoseconds.
  private static let settlingTime: Int64 = 1_000_000_000

  private struct State {
    var shown: NIOSSLContextConfigurationOverride
    /// Of the files that are shown.
    var stamps: Stamps
    /// What the files have been since, on the monotonic clock: nanoseconds.
    var seen: (stamps: Stamps, since: Int64)
  }
  private struct Stamps: Equatable {
    var certificate: FileStamps
    var key: FileStamps

    /// A key without its certificate is half a renewal.
    func isRenewal(of old: Stamps) -> Bool { certificate != old.certificate }
  }
  private let certificate: SecretSource
  private let key: SecretSource
  private let state: Mutex<State>

  /// - Throws: `WebClientError` naming the file that cannot be used.
  init(certificate: SecretSource, key: SecretSource) throws {
    self.certificate = certificate
    self.key = key
    let stamps = Self.stamps(certificate, key)
    state = Mutex(State(shown: try Self.read(certificate, key), stamps: stamps, seen: (stamps, 0)))
  }

  private static func stamps(_ certificate: SecretSource, _ key: SecretSource) -> Stamps {
    Stamps(
      certificate: FileStamps([certificate.path].compactMap(\.self)), key: FileStamps([key.path].compactMap(\.self)))
  }

  private static func read(_ certificate: SecretSource, _ key: SecretSource) throws
    -> NIOSSLContextConfigurationOverride
  {
    var shown = NIOSSLContextConfigurationOverride()
    shown.certificateChain = try TLSClientSettings.certificates(certificate).map { .certificate($0) }
    shown.privateKey = .privateKey(try TLSClientSettings.privateKey(key))
    return shown
  }

  /// What a connection that begins now is shown; what was there before, until the files are whole again.
  var current: NIOSSLContextConfigurationOverride {
    state.withLock { state in
      let stamps = Self.stamps(certificate, key)
      if stamps == state.stamps { return state.shown }
      let now = Clock.monotonic()
      if stamps != state.seen.stamps { state.seen = (stamps, now) }
      if stamps.isRenewal(of: state.stamps), now - state.seen.since >= Self.settlingTime,
        let shown = try? Self.read(certificate, key)
      {
        state.shown = shown
        state.stamps = stamps
      }
      return state.shown
    }
  }
}
