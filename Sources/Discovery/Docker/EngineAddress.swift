import AgentConfiguration
import Glibc
import HTTPEdge

/// Where a container engine listens, and why it may not be reached there.
struct EngineAddress {
  private let host: String
  /// Of a unix socket; nil for an address on the network.
  private let path: String?

  init(_ host: String) {
    self.host = host
    path = (try? EndpointURL(host)).flatMap { $0.scheme == "unix" ? $0.path : nil }
  }

  /// A failure with the way out.
  func explain(_ error: WebClientError) -> String {
    guard let path else { return "Docker at \(host): \(error)" }
    var status = stat()
    if stat(path, &status) != 0 {
      if errno == EACCES { return "may not enter the folder of \(path): permission denied; \(Self.user)" }
      return "no engine listens at \(path): \(String(cString: strerror(errno))); \(others(path))"
    }
    if status.st_mode & S_IFMT == S_IFDIR {
      return "\(path) is a directory: the socket did not exist when the container's mount was made; start the engine "
        + "first, or correct the mount"
    }
    if access(path, R_OK | W_OK) != 0 {
      let group = getgrgid(status.st_gid).map { String(cString: $0.pointee.gr_name) } ?? String(status.st_gid)
      return "may not use \(path): permission denied; \(Self.user), the socket belongs to the group \(group): add the "
        + "user to it (usermod -aG \(group) USER, or SupplementaryGroups=\(group) in the unit), or start the container "
        + "with --group-add \(status.st_gid)"
    }
    return "Docker at \(host): \(error)"
  }

  private static var user: String { "swiftail runs as user \(geteuid()), group \(getegid())" }

  /// Sockets that are there, and what else may be meant.
  private func others(_ path: String) -> String {
    let there = Self.usual.filter { $0 != path && access($0, F_OK) == 0 }
    let mount = "in a container mount it with -v \(path):\(path)"
    if let first = there.first { return "there is \(first): write host: unix://\(first), or \(mount)" }
    return "is it running? A rootless Docker listens at $XDG_RUNTIME_DIR/docker.sock, Podman at "
      + "/run/podman/podman.sock (systemctl enable --now podman.socket); \(mount)"
  }

  /// Where engines listen: what DOCKER_HOST says, as it does to Docker's own client, then the usual places.
  static var usual: [String] {
    func variable(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }
    var all: [String] = []
    if let host = try? EndpointURL(variable("DOCKER_HOST")), host.scheme == "unix" { all.append(host.path) }
    all.append("/var/run/docker.sock")
    let runtime = variable("XDG_RUNTIME_DIR")
    if !runtime.isEmpty { all += [runtime + "/docker.sock", runtime + "/podman/podman.sock"] }
    return all + ["/run/podman/podman.sock"]
  }
}

/// A socket of an engine that can be used as it is.
public enum EngineSocket {
  /// The first usual one that this process may use; nil where there is none.
  public static var usable: String? { EngineAddress.usual.first { access($0, R_OK | W_OK) == 0 } }
}
