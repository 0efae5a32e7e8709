import AgentConfiguration

/// What a discovery asks of the API server for one namespace or all.
struct WatchQuestions: Sendable {
  /// The objects that groups are made of.
  var main: ResourceWatch.Key
  /// Those that give further labels.
  var others: [ResourceWatch.Key] = []

  init(
    _ configuration: KubernetesDiscoveryConfiguration, namespace: String, host: String,
    connection: KubernetesConnection
  ) {
    let role = configuration.role ?? .pod
    func key(_ resource: KubernetesResource, _ role: KubernetesDiscoveryConfiguration.Role?, everywhere: Bool = false)
      -> ResourceWatch.Key
    {
      let selector = configuration.selectors.last { $0.role == role && role != nil }
      return ResourceWatch.Key(
        connection: connection, resource: resource, namespace: everywhere ? "" : namespace,
        labelSelector: selector?.label ?? "", fieldSelector: selector?.field ?? "")
    }
    let attach = configuration.attachMetadata
    switch role {
    case .pod:
      main = Self.podsOfHost(configuration, key(.pods, .pod), host: host)
      if attach.deployment { others.append(key(.replicasets, nil)) }
      if attach.job || attach.cronjob { others.append(key(.jobs, nil)) }
      // The selector of the role node became one of pods.
      if attach.node { others.append(key(.nodes, nil, everywhere: true)) }
    case .service: main = key(.services, .service)
    case .node: main = key(.nodes, .node, everywhere: true)
    case .ingress: main = key(.ingresses, .ingress)
    case .endpoints, .endpointslice:
      main = role == .endpoints ? key(.endpoints, .endpoints) : key(.endpointslices, .endpointslice)
      var pods = key(.pods, .pod)
      if let node = configuration.onlyNode { pods.fieldSelector = Self.narrowed(pods.fieldSelector, to: node) }
      others = [key(.services, .service), pods]
      if attach.node { others.append(key(.nodes, .node, everywhere: true)) }
    }
    if attach.namespace, role != .node { others.append(key(.namespaces, nil, everywhere: true)) }
  }

  /// As Promtail does: every selector of the job becomes one of pods, of which the last counts, and only the pods of this
  /// node are asked for (recorded: pod-selector-*).
  private static func podsOfHost(
    _ configuration: KubernetesDiscoveryConfiguration, _ key: ResourceWatch.Key, host: String
  ) -> ResourceWatch.Key {
    var key = key
    if let last = configuration.selectors.last { (key.labelSelector, key.fieldSelector) = (last.label, last.field) }
    key.fieldSelector = narrowed(key.fieldSelector, to: host)
    return key
  }

  private static func narrowed(_ fields: String, to node: String) -> String {
    let own = "spec.nodeName=\(node)"
    if fields.isEmpty { return own }
    return fields.contains(own) ? fields : "\(fields),\(own)"
  }
}
