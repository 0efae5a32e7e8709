import AsyncHTTPClient
import Glibc
import NIOCore
import NIOPosix
public import Telemetry

/// Counts the connections that are made to servers, under the names of Go's conntrack.
public struct DialerMetrics: Sendable {
  private let attempted: Counter
  private let established: Counter
  private let closed: Counter
  private let failed: MetricFamily<Counter>
  private let name: String

  /// - Parameter name: of the dialer, as in the label `dialer_name`.
  public init(_ registry: MetricRegistry, name: String) {
    self.name = name
    func family(_ what: String, _ help: String) -> Counter {
      registry.counter("net_conntrack_dialer_conn_\(what)_total", help, labels: ["dialer_name"]).with(name)
    }
    attempted = family("attempted", "Connections that were tried.")
    established = family("established", "Connections that were made.")
    closed = family("closed", "Connections that were closed again.")
    failed = registry.counter(
      "net_conntrack_dialer_conn_failed_total", "Connections that could not be made.",
      labels: ["dialer_name", "reason"])
    for reason in ["refused", "resolution", "timeout", "unknown"] { _ = failed.with(name, reason) }
  }

  func noteEstablished(_ channel: any Channel) {
    attempted.add()
    established.add()
    channel.closeFuture.whenComplete { [closed] _ in closed.add() }
  }

  /// A request failed: perhaps since there was no connection.
  func noteFailure(_ error: any Error) {
    guard let reason = Self.reason(error) else { return }
    attempted.add()
    failed.with(name, reason).add()
  }

  /// Why there is no connection; nil when there was one.
  private static func reason(_ error: any Error) -> String? {
    switch error {
    case let error as HTTPClientError: return error == .connectTimeout ? "timeout" : nil
    case let error as NIOConnectionError:
      guard let first = error.connectionErrors.first else { return "resolution" }
      return reason(first.error) ?? "unknown"
    case let error as IOError: return error.errnoCode == ECONNREFUSED ? "refused" : "unknown"
    case is ChannelError: return "timeout"
    default: return nil
    }
  }
}
