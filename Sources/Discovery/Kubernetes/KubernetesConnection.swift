import AgentConfiguration
import Glibc
import HTTPEdge
import Syscalls

/// How the API server is reached: an address and credentials, from the configuration, a kubeconfig file or the pod that
/// the agent runs in.
struct KubernetesConnection: Hashable, Sendable {
  /// Without a slash at its end.
  var base: String
  var settings: WebClientSettings

  static let accountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount"

  init(base: String, settings: WebClientSettings) {
    self.base = base.hasSuffix("/") ? String(base.dropLast()) : base
    self.settings = settings
  }

  /// - Throws: when the file cannot be used, or there is no pod around the agent.
  init(_ configuration: KubernetesDiscoveryConfiguration, userAgent: String) throws {
    if !configuration.apiServer.isEmpty {
      self.init(
        base: configuration.apiServer.text, settings: WebClientSettings(configuration.http, userAgent: userAgent))
    } else if !configuration.kubeconfigFile.isEmpty {
      self = try Kubeconfig.connection(configuration.kubeconfigFile, userAgent: userAgent)
    } else {
      self = try Self.ofPod(userAgent: userAgent)
    }
  }

  /// What Kubernetes gives to every container: two variables and the files of the service account. The token is read
  /// before each request, since the kubelet replaces it.
  private static func ofPod(userAgent: String) throws -> KubernetesConnection {
    func variable(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }
    let host = variable("KUBERNETES_SERVICE_HOST")
    let port = variable("KUBERNETES_SERVICE_PORT")
    guard !host.isEmpty, !port.isEmpty else {
      throw DiscoveryError(
        "kubernetes_sd_configs: not in a pod, since KUBERNETES_SERVICE_HOST and _PORT are not set; "
          + "give api_server or kubeconfig_file")
    }
    var settings = WebClientSettings()
    settings.userAgent = userAgent
    settings.credentials = .token(type: "Bearer", secret: .file(accountDirectory + "/token"))
    settings.tls.ca = .file(accountDirectory + "/ca.crt")
    return KubernetesConnection(
      base: "https://\(host.contains(":") ? "[\(host)]" : host):\(port)", settings: settings)
  }

  /// The namespace of the pod that the agent runs in.
  static func ownNamespace() throws -> String {
    let path = accountDirectory + "/namespace"
    guard case .success(let bytes) = LinuxFileSystem().readWhole(path) else {
      throw DiscoveryError("kubernetes_sd_configs: own_namespace is not to be had: \(path) cannot be read")
    }
    return String(decoding: bytes.filter { $0 > 0x20 }, as: UTF8.self)
  }
}
