import AsyncHTTPClient
import Glibc
import NIOCore
import NIOPosix
import NIOSSL

/// Why a request got no answer, in words for a log.
enum FailureText {
  static func of(_ error: any Error, timeout: Int64) -> String {
    switch error {
    case let error as IOError: return String(cString: strerror(error.errnoCode))
    case let error as NIOConnectionError:
      if let first = error.connectionErrors.first { return of(first.error, timeout: timeout) }
      return "\(error.host) cannot be resolved"
    case let error as HTTPClientError where error == .deadlineExceeded || error == .connectTimeout:
      return "no answer within \(timeout / 1_000_000) ms"
    case let error as HTTPClientError: return error.shortDescription
    case let error as NIOSSLError:
      if case .handshakeFailed(let cause) = error { return "TLS: \(cause)" }
      return "TLS: \(error)"
    default: return String(describing: error)
    }
  }
}
