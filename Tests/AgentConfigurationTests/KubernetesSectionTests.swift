import Testing
import YAMLSource

@testable import AgentConfiguration

@Suite struct KubernetesSectionTests {
  private func job(_ discovery: String, rules: String = "[]") throws -> ScrapeConfiguration {
    let text = "scrape_configs:\n- job_name: k\n  kubernetes_sd_configs: [\(discovery)]\n  relabel_configs: \(rules)\n"
    return try #require(try AgentConfiguration.load(text: text, file: "c.yaml").scrapeConfigs.first)
  }

  @Test(arguments: [
    "a", "!a", "a=b", "a == b", "a!=b", "a=", "a in (b, c)", "a notin (b,c),!d", "x.y/a-b in ()", "a>1,b<2", "",
  ])
  func labelSelectors(text: String) { #expect(KubernetesSelector.fault(ofLabels: text) == nil) }

  @Test(arguments: ["a in b", "a b", "=b", "a,,b", "a,", "a in (b", "a=b c", "!", "a>x", "a/b/c", "-a", "a=b$"])
  func faultyLabelSelectors(text: String) { #expect(KubernetesSelector.fault(ofLabels: text) != nil) }

  @Test(arguments: [("spec.nodeName=a,status.phase!=x", true), ("", true), ("spec.nodeName", false)])
  func fieldSelectors(text: String, isRight: Bool) {
    #expect((KubernetesSelector.fault(ofFields: text) == nil) == isRight)
  }

  @Test(
    arguments: [
      ("[{source_labels: [__meta_kubernetes_pod_node_name], action: keep, regex: node-a}]", "node-a"),
      (#"[{source_labels: [__meta_kubernetes_pod_node_name], action: keep, regex: 'ip-10\.eu\.x'}]"#, "ip-10.eu.x"),
      (
        "[{source_labels: [__meta_kubernetes_namespace], target_label: namespace}, {source_labels: [__meta_kubernetes_pod_node_name], action: keep, regex: n}]",
        "n"
      ),
      ("[{source_labels: [__meta_kubernetes_pod_node_name], action: keep, regex: 'node-.*'}]", nil),
      ("[{source_labels: [__meta_kubernetes_pod_node_name], action: keep, regex: 'a|b'}]", nil),
      ("[{source_labels: [__meta_kubernetes_pod_node_name], action: drop, regex: node-a}]", nil),
      (
        "[{target_label: __meta_kubernetes_pod_node_name, replacement: n}, {source_labels: [__meta_kubernetes_pod_node_name], action: keep, regex: n}]",
        nil
      ),
      ("[{source_labels: [__meta_kubernetes_pod_node_name], target_label: __host__}]", nil),
    ] as [(String, String?)])
  func onlyTheNodeThatRulesKeep(rules: String, node: String?) throws {
    guard case .kubernetes(let found) = try job("{role: endpoints}", rules: rules).discoveries.first else {
      Issue.record("no discovery")
      return
    }
    #expect(found.onlyNode == node)
  }

  /// Defaults as recorded in Tests/Conformance/DEFAULTS.yaml.
  @Test func defaults() throws {
    let text = try AgentConfiguration.load(
      text: "scrape_configs: [{job_name: k, kubernetes_sd_configs: [{role: pod}]}]", file: "c.yaml"
    ).yamlText
    let lines = text.split(separator: "\n").map { $0.drop { $0 == " " || $0 == "-" } }
    for line in ["role: pod", "kubeconfig_file: \"\"", "follow_redirects: true", "enable_http2: true"] {
      #expect(lines.contains { $0 == line }, "\(line) in\n\(text)")
    }
  }
}
