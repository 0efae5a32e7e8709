import AgentConfiguration
import HTTPEdge
import Syscalls
import YAMLSource

/// Reads a kubeconfig file: the cluster and the user of its current context.
enum Kubeconfig {
  static func connection(_ path: String, userAgent: String) throws -> KubernetesConnection {
    let root: YAMLNode
    switch LinuxFileSystem().readWhole(path) {
    case .failure(let error): throw DiscoveryError("kubeconfig_file \(path): \(error)")
    case .success(let bytes): root = try YAMLReader.read(String(decoding: bytes, as: UTF8.self), file: path)
    }
    let name = text(root, "current-context")
    guard let context = entry(root, "contexts", name, "context") else {
      throw DiscoveryError("kubeconfig_file \(path): there is no context \"\(name)\", its current-context")
    }
    guard let cluster = entry(root, "clusters", text(context, "cluster"), "cluster") else {
      throw DiscoveryError("kubeconfig_file \(path): there is no cluster \"\(text(context, "cluster"))\"")
    }
    var settings = WebClientSettings()
    settings.userAgent = userAgent
    settings.tls.insecureSkipVerify = text(cluster, "insecure-skip-tls-verify") == "true"
    settings.tls.ca = try source(cluster, "certificate-authority", path)
    let serverName = text(cluster, "tls-server-name")
    settings.tls.serverName = serverName.isEmpty ? nil : serverName
    if let user = entry(root, "users", text(context, "user"), "user") {
      settings.tls.certificate = try source(user, "client-certificate", path)
      settings.tls.key = try source(user, "client-key", path)
      settings.credentials = try credentials(user, path)
    }
    let server = text(cluster, "server")
    guard server.hasPrefix("http://") || server.hasPrefix("https://") else {
      throw DiscoveryError("kubeconfig_file \(path): the cluster has no server, such as https://HOST:6443")
    }
    return KubernetesConnection(base: server, settings: settings)
  }

  private static func credentials(_ user: YAMLNode, _ path: String) throws -> Credentials {
    if let file = optional(user, "tokenFile") {
      return .token(type: "Bearer", secret: .file(absolute(file, from: path)))
    }
    if let token = optional(user, "token") { return .token(type: "Bearer", secret: .inline(token)) }
    if let name = optional(user, "username") {
      return .basic(user: .inline(name), password: .inline(text(user, "password")))
    }
    for key in ["exec", "auth-provider"] where user[key] != nil {
      throw DiscoveryError(
        "kubeconfig_file \(path): \(key) is not in this version; use a token, a tokenFile or a client certificate")
    }
    return .none
  }

  /// The file that a key names, or the text in `KEY-data`.
  private static func source(_ node: YAMLNode, _ key: String, _ path: String) throws -> SecretSource? {
    if let data = optional(node, key + "-data") {
      guard let bytes = Base64.decode(data.filter { !$0.isWhitespace }) else {
        throw DiscoveryError("kubeconfig_file \(path): \(key)-data is no base64")
      }
      return .inline(String(decoding: bytes, as: UTF8.self))
    }
    return optional(node, key).map { .file(absolute($0, from: path)) }
  }

  /// Names in the file count from its directory.
  private static func absolute(_ name: String, from path: String) -> String {
    guard !name.hasPrefix("/"), let slash = path.lastIndex(of: "/") else { return name }
    return path[...slash] + name
  }

  private static func entry(_ root: YAMLNode, _ list: String, _ name: String, _ key: String) -> YAMLNode? {
    root[list]?.list?.first { text($0, "name") == name }?[key]
  }

  private static func text(_ node: YAMLNode, _ key: String) -> String { node[key]?.scalar?.text ?? "" }

  private static func optional(_ node: YAMLNode, _ key: String) -> String? {
    let text = text(node, key)
    return text.isEmpty ? nil : text
  }
}
