/// Where a server listens: `127.0.0.1:3100`, `[::1]:3100`, `:3100` for all interfaces; port 0 takes a free one.
public struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
  public var host: String
  /// 0 to 65,535.
  public var port: Int

  public init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// - Throws: `HTTPServerError.badAddress`.
  public init(parsing text: String) throws(HTTPServerError) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
      throw .badAddress(text)
    }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      throw .badAddress(text)
    }
    self.init(host: host.isEmpty ? "0.0.0.0" : String(host), port: Int(port))
  }

  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// Why a server does not serve.
public enum HTTPServerError: Error, Hashable, Sendable, CustomStringConvertible {
  case badAddress(String)
  case portInUse(ListenAddress)
  case cannotListen(ListenAddress, String)

  public var description: String {
    switch self {
    case .badAddress(let text):
      "\"\(text)\" is no address to listen on: expected host:port, such as 127.0.0.1:3100 or [::1]:3100"
    case .portInUse(let address):
      "port \(address.port) on \(address.host) is in use by another process; stop it, or listen on another port"
    case .cannotListen(let address, let reason): "cannot listen on \(address): \(reason)"
    }
  }
}
