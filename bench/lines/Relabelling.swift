import AgentConfiguration
import LogModel
import Relabeling

/// The rules of the promtail chart, applied to the targets of pods: labels, and where the files are.
struct Relabelling {
  private static let rules = #"""
      - {source_labels: [__meta_kubernetes_pod_controller_name], regex: '([0-9a-z-.]+?)(-[0-9a-f]{8,10})?', target_label: __tmp_controller_name}
      - {source_labels: [__meta_kubernetes_pod_label_app_kubernetes_io_name, __meta_kubernetes_pod_label_app, __tmp_controller_name,
         __meta_kubernetes_pod_name], regex: '^;*([^;]+)(;.*)?$', target_label: app}
      - {source_labels: [__meta_kubernetes_pod_label_app_kubernetes_io_instance, __meta_kubernetes_pod_label_instance],
         regex: '^;*([^;]+)(;.*)?$', target_label: instance}
      - {source_labels: [__meta_kubernetes_pod_label_app_kubernetes_io_component, __meta_kubernetes_pod_label_component],
         regex: '^;*([^;]+)(;.*)?$', target_label: component}
      - {source_labels: [__meta_kubernetes_pod_node_name], target_label: node_name}
      - {source_labels: [__meta_kubernetes_namespace], target_label: namespace}
      - {source_labels: [namespace, app], separator: /, target_label: job}
      - {source_labels: [__meta_kubernetes_pod_name], target_label: pod}
      - {source_labels: [__meta_kubernetes_pod_container_name], target_label: container}
      - {source_labels: [__meta_kubernetes_pod_uid, __meta_kubernetes_pod_container_name], separator: /,
         replacement: /var/log/pods/*$1/*.log, target_label: __path__}
      - {source_labels: [__meta_kubernetes_pod_annotationpresent_kubernetes_io_config_hash, __meta_kubernetes_pod_annotation_kubernetes_io_config_hash,
         __meta_kubernetes_pod_container_name], separator: /, regex: true/(.*), replacement: /var/log/pods/*$1/*.log, target_label: __path__}
    """#

  private static let pod = LabelSet([
    "__address__": "10.1.2.3:8080", "__meta_kubernetes_namespace": "shop",
    "__meta_kubernetes_pod_annotation_checksum_config": "8c2f1d0f6d7c9e5b",
    "__meta_kubernetes_pod_annotationpresent_checksum_config": "true",
    "__meta_kubernetes_pod_container_id": "containerd://0f1e2d3c4b5a69788796a5b4c3d2e1f0",
    "__meta_kubernetes_pod_container_image": "registry.example/shop/cart:1.27.3",
    "__meta_kubernetes_pod_container_init": "false", "__meta_kubernetes_pod_container_name": "cart",
    "__meta_kubernetes_pod_container_port_name": "http", "__meta_kubernetes_pod_container_port_number": "8080",
    "__meta_kubernetes_pod_container_port_protocol": "TCP", "__meta_kubernetes_pod_controller_kind": "ReplicaSet",
    "__meta_kubernetes_pod_controller_name": "cart-7d4b9c6f58", "__meta_kubernetes_pod_host_ip": "192.168.7.9",
    "__meta_kubernetes_pod_ip": "10.1.2.3", "__meta_kubernetes_pod_label_app_kubernetes_io_instance": "cart",
    "__meta_kubernetes_pod_label_app_kubernetes_io_name": "cart",
    "__meta_kubernetes_pod_label_pod_template_hash": "7d4b9c6f58",
    "__meta_kubernetes_pod_labelpresent_app_kubernetes_io_instance": "true",
    "__meta_kubernetes_pod_labelpresent_app_kubernetes_io_name": "true",
    "__meta_kubernetes_pod_labelpresent_pod_template_hash": "true",
    "__meta_kubernetes_pod_name": "cart-7d4b9c6f58-x", "__meta_kubernetes_pod_node_name": "worker-3",
    "__meta_kubernetes_pod_phase": "Running", "__meta_kubernetes_pod_ready": "true",
    "__meta_kubernetes_pod_uid": "2b8f4c1e-6a55-4b0e-9a7d-x",
  ])

  private let relabeler: Relabeler

  init() throws {
    let configuration = try AgentConfiguration.load(
      text: "clients: [{url: 'http://x/'}]\nscrape_configs:\n- job_name: j\n  relabel_configs:\n\(Self.rules)\n",
      file: "bench")
    relabeler = Relabeler(compiling: configuration.scrapeConfigs[0].relabelConfigs)
  }

  /// - Returns: how many of the targets stay.
  func run(_ targets: Int) -> Int {
    (0..<targets).count { number in
      var labels = Self.pod
      labels["__meta_kubernetes_pod_name"] = "cart-7d4b9c6f58-\(number)"
      labels["__meta_kubernetes_pod_uid"] = "2b8f4c1e-6a55-4b0e-9a7d-\(number)"
      return relabeler.apply(labels) != nil
    }
  }
}
