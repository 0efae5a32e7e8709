import Syscalls

/// Which servers to ask, and how (resolv.conf(5)).
struct ResolverConfiguration: Hashable, Sendable {
  struct Server: Hashable, Sendable {
    var host: String
    var port = 53
  }

  var servers: [Server] = []
  /// Domains in which names are looked for.
  var search: [String] = []
  /// Names with so many dots are first asked for as they are.
  var ndots = 1
  /// Seconds for one answer.
  var timeout = 5
  var attempts = 2

  /// The file is read anew each time: it changes with the network.
  static func system(_ path: String = "/etc/resolv.conf") -> ResolverConfiguration {
    guard case .success(let bytes) = LinuxFileSystem().readWhole(path) else {
      return ResolverConfiguration(servers: [Server(host: "127.0.0.1")])
    }
    return ResolverConfiguration(parsing: String(decoding: bytes, as: UTF8.self))
  }

  init(servers: [Server], search: [String] = []) {
    self.servers = servers
    self.search = search
  }

  init(parsing text: String) {
    for line in text.split(whereSeparator: \.isNewline) {
      let words = line.prefix { $0 != "#" && $0 != ";" }.split(whereSeparator: \.isWhitespace).map(String.init)
      switch words.first {
      case "nameserver": if words.count > 1 { servers.append(Server(host: words[1])) }
      case "search": search = Array(words.dropFirst())
      case "domain": search = Array(words.dropFirst().prefix(1))
      case "options":
        for option in words.dropFirst() {
          let parts = option.split(separator: ":")
          guard parts.count == 2, let value = Int(parts[1]) else { continue }
          switch parts[0] {
          case "ndots": ndots = min(max(value, 0), 15)
          case "timeout": timeout = min(max(value, 1), 30)
          case "attempts": attempts = min(max(value, 1), 5)
          default: break
          }
        }
      default: break
      }
    }
    if servers.isEmpty { servers = [Server(host: "127.0.0.1")] }
  }

  /// The names to ask for, one after another.
  func candidates(_ name: String) -> [String] {
    if name.hasSuffix(".") { return [name] }
    let searched = search.map { "\(name).\($0)" }
    return name.count(where: { $0 == "." }) >= ndots ? [name] + searched : searched + [name]
  }
}
