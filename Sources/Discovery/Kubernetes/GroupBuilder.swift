import AgentConfiguration
import LogModel

/// Makes target groups of objects, as Prometheus does: one group for each object of the role's kind.
struct GroupBuilder {
  /// An object that a group has labels of.
  struct Dependency: Hashable, Sendable {
    var resource: KubernetesResource
    var key: String
  }

  let role: KubernetesDiscoveryConfiguration.Role
  let attach: KubernetesDiscoveryConfiguration.AttachMetadata
  /// The record of an object.
  let find: (KubernetesResource, String) -> [UInt8]?
  /// What was asked for while the last group was made, whether it was there or not.
  private(set) var dependencies: Set<Dependency> = []

  init(
    role: KubernetesDiscoveryConfiguration.Role, attach: KubernetesDiscoveryConfiguration.AttachMetadata,
    find: @escaping (KubernetesResource, String) -> [UInt8]?
  ) {
    self.role = role
    self.attach = attach
    self.find = find
  }

  /// - Parameter key: of the object.
  mutating func group(_ key: String, _ record: [UInt8]) -> TargetGroup {
    dependencies = []
    var labels = MetaLabels()
    let targets: [MetaLabels]
    switch role {
    case .pod: targets = self.targets(of: Pod(record: record), &labels)
    case .service: targets = self.targets(of: Service(record: record), &labels)
    case .node: targets = self.targets(of: Node(record: record), &labels)
    case .ingress: targets = self.targets(of: Ingress(record: record), &labels)
    case .endpoints: targets = self.targets(of: Endpoints(record: record), &labels)
    case .endpointslice: targets = self.targets(of: EndpointSlice(record: record), &labels)
    }
    return TargetGroup(source: source(key), targets: targets.map(\.set), labels: labels.set)
  }

  func source(_ key: String) -> String { "\(role.rawValue)/\(key)" }

  mutating func object<Object: KubernetesObject>(_ resource: KubernetesResource, _ key: String) -> Object? {
    dependencies.insert(Dependency(resource: resource, key: key))
    return find(resource, key).map { Object(record: $0) }
  }

  /// - Returns: false when there is no such node.
  @discardableResult
  mutating func attachNode(_ name: String, to labels: inout MetaLabels) -> Bool {
    guard attach.node else { return true }
    guard let node: Node = object(.nodes, name) else { return false }
    labels.add("node", node.meta)
    return true
  }

  mutating func attachNamespace(_ name: String, to labels: inout MetaLabels) {
    guard attach.namespace, let namespace: PlainObject = object(.namespaces, name) else { return }
    labels.addDescription("namespace", namespace.meta)
  }

  /// What every target of a pod has.
  mutating func addPod(_ pod: Pod, to labels: inout MetaLabels) {
    labels.add("pod", pod.meta)
    labels.add("pod_uid", pod.meta.uid)
    labels.add("pod_ip", pod.ip)
    labels.add("pod_host_ip", pod.hostIP)
    labels.add("pod_node_name", pod.nodeName)
    labels.add("pod_phase", pod.phase)
    labels.add("pod_ready", pod.ready)
    labels.add("pod_controller_kind", pod.meta.controllerKind)
    labels.add("pod_controller_name", pod.meta.controllerName)
  }

  /// The deployment behind the replica set, the job and the cron job behind that.
  mutating func attachControllers(of pod: Pod, to labels: inout MetaLabels) {
    let key = ObjectMeta.key(pod.meta.namespace, pod.meta.controllerName)
    switch pod.meta.controllerKind {
    case "ReplicaSet" where attach.deployment:
      guard let set: PlainObject = object(.replicasets, key), set.meta.controllerKind == "Deployment" else { return }
      labels.add("pod_deployment_name", set.meta.controllerName)
    case "Job" where attach.job || attach.cronjob:
      guard let job: PlainObject = object(.jobs, key) else { return }
      if attach.job { labels.add("pod_job_name", job.meta.name) }
      if attach.cronjob, job.meta.controllerKind == "CronJob" {
        labels.add("pod_cronjob_name", job.meta.controllerName)
      }
    default: return
    }
  }

  // MARK: - Roles of one object

  /// One target for each port of each container, one for a container without ports; none before there is an address.
  private mutating func targets(of pod: Pod, _ labels: inout MetaLabels) -> [MetaLabels] {
    guard !pod.ip.isEmpty else { return [] }
    addPod(pod, to: &labels)
    labels.add("namespace", pod.meta.namespace)
    attachControllers(of: pod, to: &labels)
    attachNamespace(pod.meta.namespace, to: &labels)
    guard attachNode(pod.nodeName, to: &labels) else { return [] }
    return pod.containers.flatMap { container -> [MetaLabels] in
      func target(_ address: String) -> MetaLabels {
        var labels = MetaLabels(address: address)
        labels.addContainer(container)
        labels.add("pod_container_id", container.id)
        return labels
      }
      if container.ports.isEmpty { return [target(pod.ip)] }
      return container.ports.map { port in
        var labels = target(MetaLabel.address(pod.ip, port.number))
        labels.addPort(port)
        return labels
      }
    }
  }

  private mutating func targets(of service: Service, _ labels: inout MetaLabels) -> [MetaLabels] {
    labels.add("service", service.meta)
    labels.add("namespace", service.meta.namespace)
    attachNamespace(service.meta.namespace, to: &labels)
    let host = "\(service.meta.name).\(service.meta.namespace).svc"
    return service.ports.map { port in
      var labels = MetaLabels(address: MetaLabel.address(host, port.number))
      labels.add("service_port_name", port.name)
      labels.add("service_port_number", String(port.number))
      labels.add("service_port_protocol", port.proto)
      labels.add("service_type", service.type)
      if service.type == "ExternalName" {
        labels.add("service_external_name", service.externalName)
      } else {
        labels.add("service_cluster_ip", service.clusterIP)
      }
      if service.type == "LoadBalancer" { labels.add("service_loadbalancer_ip", service.loadBalancerIP) }
      return labels
    }
  }

  private mutating func targets(of node: Node, _ labels: inout MetaLabels) -> [MetaLabels] {
    guard let address = node.address else { return [] }
    labels.add("node", node.meta)
    labels.add("node_provider_id", node.providerID)
    var known: Set<String> = []
    for address in node.addresses where known.insert(address.name).inserted {
      labels.add("node_address_" + MetaLabel.name(address.name), address.text)
    }
    for condition in node.conditions {
      labels.add("node_condition_" + MetaLabel.name(condition.name).lowercased(), condition.text.lowercased())
    }
    var target = MetaLabels(address: MetaLabel.address(address, node.kubeletPort))
    target.add(plain: "instance", node.meta.name)
    return [target]
  }

  private mutating func targets(of ingress: Ingress, _ labels: inout MetaLabels) -> [MetaLabels] {
    labels.add("ingress", ingress.meta)
    labels.add("namespace", ingress.meta.namespace)
    labels.add("ingress_class_name", ingress.className)
    attachNamespace(ingress.meta.namespace, to: &labels)
    return ingress.rules.flatMap { rule in
      rule.paths.map { path in
        var labels = MetaLabels(address: rule.host)
        labels.add("ingress_scheme", ingress.isSecure(rule.host) ? "https" : "http")
        labels.add("ingress_host", rule.host)
        labels.add("ingress_path", path)
        return labels
      }
    }
  }
}

extension MetaLabels {
  mutating func addContainer(_ container: Pod.Container) {
    add("pod_container_name", container.name)
    add("pod_container_image", container.image)
    add("pod_container_init", container.isInit ? "true" : "false")
  }

  mutating func addPort(_ port: Pod.Port) {
    add("pod_container_port_name", port.name)
    add("pod_container_port_number", String(port.number))
    add("pod_container_port_protocol", port.proto)
  }
}
