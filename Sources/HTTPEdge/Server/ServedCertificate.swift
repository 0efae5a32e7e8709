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
    var isTold = false
  }
  private struct Stamps: Equatable {
    var certificate: FileStamps
    var key: FileStamps

    /// A key without its certificate is half a renewal.
    func isRenewal(of old: Stamps) -> Bool { certificate != old.certificate }
  }
  private let certificate: SecretSource
  private let key: SecretSource
  private let trouble: @Sendable (String) -> Void
  private let state: Mutex<State>

  /// - Parameter trouble: told once for each state of the files that cannot be used.
  /// - Throws: `WebClientError` naming the file that cannot be used.
  init(certificate: SecretSource, key: SecretSource, trouble: @escaping @Sendable (String) -> Void) throws {
    self.trouble = trouble
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
    let (shown, failure) = state.withLock { state -> (NIOSSLContextConfigurationOverride, String?) in
      let stamps = Self.stamps(certificate, key)
      if stamps == state.stamps { return (state.shown, nil) }
      let now = Clock.monotonic()
      if stamps != state.seen.stamps {
        state.seen = (stamps, now)
        state.isTold = false
      }
      guard now - state.seen.since >= Self.settlingTime else { return (state.shown, nil) }
      var failure = "the key has changed and its certificate has not"
      if stamps.isRenewal(of: state.stamps) {
        do {
          state.shown = try Self.read(certificate, key)
          state.stamps = stamps
          return (state.shown, nil)
        } catch {
          failure = String(describing: error)
        }
      }
      defer { state.isTold = true }
      return (state.shown, state.isTold ? nil : failure)
    }
    if let failure { trouble(failure) }
    return shown
  }
}
