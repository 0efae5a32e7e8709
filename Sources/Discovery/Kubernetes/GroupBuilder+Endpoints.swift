extension GroupBuilder {
  /// The pods behind the addresses of one object, and which of their ports have a target already.
  private struct SeenPods {
    private var pods: [(pod: Pod, ports: Set<Int>)] = []
    private var places: [String: Int] = [:]

    mutating func note(_ pod: Pod, port: Int?) {
      let place = places[pod.meta.key] ?? pods.count
      if place == pods.count {
        places[pod.meta.key] = place
        pods.append((pod, []))
      }
      if let port { pods[place].ports.insert(port) }
    }

    /// A target for each further port of the pods: (pod, container, port).
    var furtherPorts: [(Pod, Pod.Container, Pod.Port)] {
      pods.flatMap { pod, ports in
        pod.ip.isEmpty
          ? []
          : pod.containers.flatMap { container in
            container.ports.filter { !ports.contains($0.number) }.map { (pod, container, $0) }
          }
      }
    }
  }

  /// One target for each address and port, and one for each further port of the pods behind them.
  mutating func targets(of endpoints: Endpoints, _ labels: inout MetaLabels) -> [MetaLabels] {
    let meta = endpoints.meta
    labels.add("namespace", meta.namespace)
    addService(meta.name, meta.namespace, to: &labels)
    labels.add("endpoints", meta)
    attachNamespace(meta.namespace, to: &labels)
    var seen = SeenPods()
    var targets: [MetaLabels] = []
    for subset in endpoints.subsets {
      for port in subset.ports {
        for address in subset.addresses {
          var target = MetaLabels(address: MetaLabel.address(address.ip, port.number))
          target.add("endpoint_port_name", port.name)
          target.add("endpoint_port_protocol", port.proto)
          target.add("endpoint_ready", address.isReady ? "true" : "false")
          target.add("endpoint_address_target_kind", address.reference?.kind)
          target.add("endpoint_address_target_name", address.reference?.name)
          target.add("endpoint_node_name", address.nodeName)
          target.add("endpoint_hostname", address.hostname)
          let node = address.nodeName ?? (address.reference?.kind == "Node" ? address.reference?.name : nil)
          if let node { attachNode(node, to: &target) }
          if let pod = pod(address.reference) {
            seen.note(pod, port: port.number)
            addPod(pod, to: &target)
            for (container, match) in Self.ports(of: pod, port.number) {
              target.addContainer(container)
              target.addPort(Pod.Port(name: match.name, number: match.number, proto: port.proto))
            }
          }
          targets.append(target)
        }
      }
    }
    return targets + further(seen)
  }

  mutating func targets(of slice: EndpointSlice, _ labels: inout MetaLabels) -> [MetaLabels] {
    let meta = slice.meta
    labels.add("namespace", meta.namespace)
    labels.add("endpointslice", meta)
    labels.add("endpointslice_address_type", slice.addressType)
    attachNamespace(meta.namespace, to: &labels)
    if let service = meta.labels.first(where: { $0.name == "kubernetes.io/service-name" }) {
      addService(service.text, meta.namespace, to: &labels)
    }
    var seen = SeenPods()
    var targets: [MetaLabels] = []
    for endpoint in slice.endpoints {
      let isNode = endpoint.reference?.kind == "Node"
      let node = isNode ? endpoint.reference?.name : endpoint.nodeName
      let pod = pod(endpoint.reference)
      for port in slice.ports {
        for address in endpoint.addresses {
          var target = MetaLabels(address: port.number.map { MetaLabel.address(address, $0) } ?? address)
          target.add("endpointslice_port_name", port.name)
          target.add("endpointslice_port_protocol", port.proto)
          target.add("endpointslice_port", port.number.map { String($0) })
          target.add("endpointslice_port_app_protocol", port.appProtocol)
          target.add("endpointslice_endpoint_conditions_ready", endpoint.ready)
          target.add("endpointslice_endpoint_conditions_serving", endpoint.serving)
          target.add("endpointslice_endpoint_conditions_terminating", endpoint.terminating)
          target.add("endpointslice_endpoint_hostname", endpoint.hostname)
          target.add("endpointslice_endpoint_node_name", endpoint.nodeName)
          target.add("endpointslice_endpoint_zone", endpoint.zone)
          target.add("endpointslice_address_target_kind", endpoint.reference?.kind)
          target.add("endpointslice_address_target_name", endpoint.reference?.name)
          target.add(
            endpoint.topology, "endpointslice_endpoint_topology_", "endpointslice_endpoint_topology_present_")
          if let node { attachNode(node, to: &target) }
          if let pod {
            seen.note(pod, port: port.number)
            addPod(pod, to: &target)
            for (container, match) in port.number.map({ Self.ports(of: pod, $0) }) ?? [] {
              target.addContainer(container)
              target.addPort(match)
            }
          }
          targets.append(target)
        }
      }
    }
    return targets + further(seen)
  }

  private mutating func further(_ seen: SeenPods) -> [MetaLabels] {
    seen.furtherPorts.map { pod, container, port in
      var target = MetaLabels(address: MetaLabel.address(pod.ip, port.number))
      addPod(pod, to: &target)
      target.addContainer(container)
      target.addPort(port)
      return target
    }
  }

  /// Of each container the first port with the number; of several containers the last counts.
  private static func ports(of pod: Pod, _ number: Int) -> [(Pod.Container, Pod.Port)] {
    pod.containers.compactMap { container in
      container.ports.first { $0.number == number }.map { (container, $0) }
    }
  }

  private mutating func pod(_ reference: TargetReference?) -> Pod? {
    guard let reference, reference.kind == "Pod" else { return nil }
    return object(.pods, ObjectMeta.key(reference.namespace, reference.name))
  }

  private mutating func addService(_ name: String, _ namespace: String, to labels: inout MetaLabels) {
    if let service: Service = object(.services, ObjectMeta.key(namespace, name)) {
      labels.add("service", service.meta)
    }
  }
}
