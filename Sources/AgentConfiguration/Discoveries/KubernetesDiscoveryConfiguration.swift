internal import YAMLSource

/// Objects of a Kubernetes cluster: an item of `kubernetes_sd_configs`.
public struct KubernetesDiscoveryConfiguration: Hashable, Sendable {
  public enum Role: String, CaseIterable, Sendable {
    case pod, service, endpoints, endpointslice, node, ingress
  }

  /// Which namespaces; none named means all.
  public struct Namespaces: Hashable, Sendable {
    /// The one that the agent itself runs in, beside those that are named.
    public var ownNamespace = false
    /// Each is listed and watched by itself.
    public var names: [String] = []

    public init() {}
  }

  /// What the API server is asked to leave out.
  public struct Selector: Hashable, Sendable {
    /// Whose objects: the job's own role, or one whose objects give it labels.
    public var role: Role?
    /// Such as `app=web,tier in (a, b)`.
    public var label = ""
    /// Such as `status.phase!=Succeeded`.
    public var field = ""

    public init() {}
  }

  /// Labels that come from other objects; each of them must be listed and watched, too.
  public struct AttachMetadata: Hashable, Sendable {
    /// Labels and annotations of the node.
    public var node = false
    /// Labels and annotations of the namespace.
    public var namespace = false
    /// The deployment behind a pod's replica set (role pod).
    public var deployment = false
    /// The job behind a pod (role pod).
    public var job = false
    /// The cron job behind a pod's job (role pod).
    public var cronjob = false

    public init() {}
  }

  /// Empty for that of the pod which the agent runs in, or of the kubeconfig file.
  public var apiServer = EndpointURL()
  /// `pod`, `service`, `endpoints`, `endpointslice`, `node` or `ingress`.
  public var role: Role?
  /// Cluster and user of its current context are used.
  public var kubeconfigFile = ""
  public var namespaces = Namespaces()
  /// One for each role. Role `pod` adds the node's name by itself.
  public var selectors: [Selector] = []
  public var attachMetadata = AttachMetadata()
  public var http = HTTPClientConfiguration()
  /// The one node whose pods the relabelling rules keep; pods elsewhere need not be asked for. Not a key of the file.
  public var onlyNode: String?

  public init() {}

  /// The selectors that each role may give, as in Prometheus.
  var selectableRoles: [Role] {
    switch role {
    case .pod: [.pod, .node]
    case .endpoints: [.pod, .service, .endpoints, .node]
    case .endpointslice: [.pod, .service, .endpointslice, .node]
    case .service: [.service]
    case .node: [.node]
    case .ingress: [.ingress]
    case nil: []
    }
  }
}

extension KubernetesDiscoveryConfiguration: ConfigurationSection {
  static let fields: [ConfigurationField<KubernetesDiscoveryConfiguration>] =
    [
      ConfigurationField(ifSet: "api_server", \.apiServer),
      ConfigurationField("role", \.role),
      ConfigurationField("kubeconfig_file", \.kubeconfigFile),
      ConfigurationField(ifSet: "namespaces", \.namespaces),
      ConfigurationField(ifSet: "selectors", \.selectors),
      ConfigurationField(ifSet: "attach_metadata", \.attachMetadata),
    ] + HTTPClientConfiguration.fields(at: \.http)

  mutating func finish(_ node: YAMLNode, path: String, errors: inout ErrorCollector) {
    func refuse(_ key: String, _ message: String, hint: String? = nil) {
      errors.add(message, at: node[key]?.location ?? node.location, path: path, hint: hint)
    }
    let roles = Role.allCases.map(\.rawValue).joined(separator: ", ")
    if node["role"].map(\.isNull) ?? true {
      refuse("role", "kubernetes_sd_configs needs a role", hint: "one of \(roles)")
    }
    http.finish(node, path: path, errors: &errors)
    let hasServer = !apiServer.isEmpty
    let hasFile = !kubeconfigFile.isEmpty
    if hasServer, hasFile { refuse("kubeconfig_file", "kubeconfig_file and api_server exclude each other") }
    if hasServer, !["http", "https"].contains(apiServer.scheme) || apiServer.host.isEmpty {
      refuse(
        "api_server", "the api_server \"\(apiServer)\" names no HTTP server", hint: "write it like https://HOST:6443")
    }
    if hasFile, http != HTTPClientConfiguration() {
      refuse("kubeconfig_file", "kubeconfig_file says how to connect; keys about that exclude it")
    } else if !hasServer, http != HTTPClientConfiguration() {
      refuse(
        "api_server", "authentication, TLS and proxy need an api_server",
        hint: "without one the pod's own service account is used")
    }
    if namespaces.ownNamespace, hasServer || hasFile {
      refuse(
        "namespaces", "own_namespace is that of the pod the agent runs in; api_server and kubeconfig_file exclude it")
    }
    checkSelectors(node, path: path, errors: &errors)
  }

  private func checkSelectors(_ node: YAMLNode, path: String, errors: inout ErrorCollector) {
    guard let role else { return }
    var known: Set<Role> = []
    for (index, selector) in selectors.enumerated() {
      let place = node["selectors"]?.list.flatMap { index < $0.count ? $0[index].location : nil } ?? node.location
      func refuse(_ message: String) { errors.add(message, at: place, path: "\(path).selectors[\(index)]") }
      guard let selected = selector.role, selectableRoles.contains(selected) else {
        let names = selectableRoles.map(\.rawValue).joined(separator: ", ")
        refuse("a selector of the role \(role.rawValue) must have one of the roles \(names)")
        continue
      }
      if !known.insert(selected).inserted { refuse("there is a selector of the role \(selected.rawValue) already") }
      if let fault = KubernetesSelector.fault(ofFields: selector.field) { refuse(fault) }
      if let fault = KubernetesSelector.fault(ofLabels: selector.label) { refuse(fault) }
    }
  }
}

extension KubernetesDiscoveryConfiguration.Role: ConfigurationValue {
  static func read(_ node: YAMLNode, path: String, errors: inout ErrorCollector)
    -> KubernetesDiscoveryConfiguration.Role?
  {
    readName(node, path: path, errors: &errors)
  }
  var yaml: YAMLValue { .string(rawValue) }
}

extension KubernetesDiscoveryConfiguration.Namespaces: ConfigurationSection {
  static let fields: [ConfigurationField<KubernetesDiscoveryConfiguration.Namespaces>] = [
    ConfigurationField("own_namespace", \.ownNamespace),
    ConfigurationField("names", \.names),
  ]
  var isUnset: Bool { self == Self() }
}

extension KubernetesDiscoveryConfiguration.Selector: ConfigurationSection {
  static let fields: [ConfigurationField<KubernetesDiscoveryConfiguration.Selector>] = [
    ConfigurationField(ifSet: "role", \.role),
    ConfigurationField(ifSet: "label", \.label),
    ConfigurationField(ifSet: "field", \.field),
  ]
}

extension KubernetesDiscoveryConfiguration.AttachMetadata: ConfigurationSection {
  static let fields: [ConfigurationField<KubernetesDiscoveryConfiguration.AttachMetadata>] = [
    ConfigurationField(ifSet: "node", \.node),
    ConfigurationField(ifSet: "namespace", \.namespace),
    ConfigurationField(ifSet: "deployment", \.deployment),
    ConfigurationField(ifSet: "job", \.job),
    ConfigurationField(ifSet: "cronjob", \.cronjob),
  ]
  var isUnset: Bool { self == Self() }
}

extension KubernetesDiscoveryConfiguration {
  /// Takes note of a rule that keeps the pods of one node only, so that the API server need not send the others.
  ///
  /// Not so for `__host__`: a target without it is kept, and whether it has one is known only with the pod at hand.
  func narrowed(by rules: [RelabelConfiguration]) -> KubernetesDiscoveryConfiguration {
    let label = "__meta_kubernetes_pod_node_name"
    var narrowed = self
    for rule in rules {
      if rule.action == .keep, rule.sourceLabels == [label] {
        narrowed.onlyNode = Self.plainText(rule.regex.text)
        if narrowed.onlyNode != nil { return narrowed }
      }
      // From here on the label may be another than the pod's.
      switch rule.action {
      case .keep, .drop, .keepequal, .dropequal: continue
      case .labelmap: if rule.replacement.hasPrefix("__meta") || rule.replacement.hasPrefix("$") { return narrowed }
      case .labeldrop, .labelkeep: return narrowed
      default: if rule.targetLabel == label || rule.targetLabel.contains("$") { return narrowed }
      }
    }
    return narrowed
  }

  /// The one name that an expression stands for, if it is a node's name and nothing more.
  private static func plainText(_ expression: String) -> String? {
    let text = expression.split(separator: "\\.", omittingEmptySubsequences: false).joined(separator: ".")
    let isName = text.utf8.allSatisfy { byte in
      switch byte {
      case 48...57, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."): true
      default: false
      }
    }
    return text.isEmpty || !isName ? nil : text
  }
}
