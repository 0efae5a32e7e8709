/// A kind of objects that the API server lists and watches.
enum KubernetesResource: String, Hashable, Sendable {
  case pods, nodes, namespaces, services, endpoints, endpointslices, ingresses, replicasets, jobs

  private var group: String {
    switch self {
    case .pods, .nodes, .namespaces, .services, .endpoints: "/api/v1"
    case .endpointslices: "/apis/discovery.k8s.io/v1"
    case .ingresses: "/apis/networking.k8s.io/v1"
    case .replicasets: "/apis/apps/v1"
    case .jobs: "/apis/batch/v1"
    }
  }

  /// - Parameter namespace: empty for all.
  func path(in namespace: String) -> String {
    namespace.isEmpty ? "\(group)/\(rawValue)" : "\(group)/namespaces/\(namespace)/\(rawValue)"
  }

  /// What is kept of an object, by its key.
  func record(of json: JSONView) -> (key: String, record: [UInt8]) {
    func record(_ object: some KubernetesObject) -> (String, [UInt8]) { (object.meta.key, object.record) }
    switch self {
    case .pods: return record(Pod(json))
    case .nodes: return record(Node(json))
    case .services: return record(Service(json))
    case .endpoints: return record(Endpoints(json))
    case .endpointslices: return record(EndpointSlice(json))
    case .ingresses: return record(Ingress(json))
    case .namespaces, .replicasets, .jobs:
      var object = PlainObject(json)
      // Of owners only their own owners are used.
      if self != .namespaces { (object.meta.labels, object.meta.annotations) = ([], []) }
      return record(object)
    }
  }
}
