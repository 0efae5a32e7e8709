import AgentConfiguration
import YAMLSource

extension Check {
  static let unparsedContainerLog = Check(
    "unparsed-container-log", "files of containers whose wrapping is sent along with each line"
  ) { configuration, findings in
    for written in WrittenPath.all(configuration) {
      let isDocker = written.text.hasPrefix("/var/lib/docker/containers")
      let isKubernetes = written.text.hasPrefix("/var/log/pods") || written.text.hasPrefix("/var/log/containers")
      guard isDocker || isKubernetes else { continue }
      let unwraps = written.job.allStages(path: "").contains { one in
        ["docker", "cri", "json", "regex"].contains(one.stage.name)
      }
      if unwraps { continue }
      findings.warn(
        "the files of \(written.text) hold each line in a wrapping of its own, and no stage takes it off",
        at: written.location, path: written.path,
        hint: isDocker ? "begin pipeline_stages with docker: {}" : "begin pipeline_stages with cri: {}")
    }
  }

  static let dockerStageOnBareLines = Check(
    "docker-stage-on-bare-lines", "a docker stage behind docker_sd_configs, whose lines are bare already"
  ) { configuration, findings in
    for (index, job) in configuration.scrapeConfigs.enumerated()
    where !job.dockerDiscoveries.isEmpty && job.staticConfigs.isEmpty && !setsPath(job) {
      for (stage, path) in job.allStages(path: "scrape_configs[\(index)]") {
        guard case .docker = stage.options else { continue }
        findings.warn(
          "lines that come through Docker's API have no wrapping for the docker stage to take off",
          at: stage.location, path: path, hint: "remove the stage")
      }
    }
  }

  static let pathInDockerJob = Check(
    "path-in-docker-job", "a __path__ in a job of docker_sd_configs: Promtail ignores it, Swiftail reads the files"
  ) { configuration, findings in
    for (index, job) in configuration.scrapeConfigs.enumerated() where !job.dockerDiscoveries.isEmpty {
      for (number, rule) in job.relabelConfigs.enumerated() where rule.targetLabel == "__path__" {
        findings.warn(
          "the rule makes the job read files; Promtail ignores it here and reads containers through Docker's API",
          at: rule.location, path: "scrape_configs[\(index)].relabel_configs[\(number)]",
          hint: "keep it to read the files of containers, with the stage docker: {} in front")
      }
    }
  }

  static let dockerWithoutLabels = Check(
    "docker-without-labels", "a job of docker_sd_configs whose rules give the lines no label"
  ) { configuration, findings in
    for (index, job) in configuration.scrapeConfigs.enumerated() where !job.dockerDiscoveries.isEmpty {
      let givesLabels = job.relabelConfigs.contains { rule in
        switch rule.action {
        case .labelmap: true
        case .keep, .drop, .keepequal, .dropequal, .labeldrop, .labelkeep: false
        default: !rule.targetLabel.hasPrefix("__")
        }
      }
      if givesLabels || setsPath(job) { continue }
      findings.warn(
        "no rule gives a label: Promtail's entries are then refused by Loki, Swiftail's have the label container alone",
        at: job.location, path: "scrape_configs[\(index)]",
        hint:
          "add {source_labels: [__meta_docker_container_name], regex: /(.*), target_label: container} to relabel_configs"
      )
    }
  }

  static let dockerWithoutTLS = Check(
    "docker-without-tls", "an engine that is spoken to over a network without TLS"
  ) { configuration, findings in
    for (index, job) in configuration.scrapeConfigs.enumerated() {
      for (number, docker) in job.dockerDiscoveries.enumerated() {
        guard let url = try? EndpointURL(docker.host), url.scheme == "http" || url.scheme == "tcp",
          docker.http.tls == TLSConfiguration(), !["localhost", "127.0.0.1", "::1"].contains(url.host)
        else { continue }
        findings.warn(
          "\(docker.host) is spoken to in the clear, and whoever reaches a Docker daemon there is root on its host",
          at: job.location, path: "scrape_configs[\(index)].docker_sd_configs[\(number)]",
          hint: "let the daemon ask for certificates (--tlsverify) and give tls_config, or use its unix socket")
      }
    }
  }

  static let kubernetesWithoutPath = Check(
    "kubernetes-without-path", "a job of kubernetes_sd_configs in which no rule sets __path__, so that nothing is read"
  ) { configuration, findings in
    for (index, job) in configuration.scrapeConfigs.enumerated() {
      guard !job.kubernetesDiscoveries.isEmpty, !setsPath(job) else { continue }
      findings.warn(
        "no rule sets __path__: the pods are found and nothing of them is read", at: job.location,
        path: "scrape_configs[\(index)]",
        hint: "add a rule from __meta_kubernetes_pod_uid and the container's name to /var/log/pods/*$1/*.log")
    }
  }

  static let unknownDockerLabel = Check(
    "unknown-docker-label", "a rule that reads a label which Docker's discovery does not give"
  ) { configuration, findings in
    let known: Set<String> = [
      "__meta_docker_container_id", "__meta_docker_container_name", "__meta_docker_container_network_mode",
      "__meta_docker_container_log_stream", "__meta_docker_network_id", "__meta_docker_network_name",
      "__meta_docker_network_ingress", "__meta_docker_network_internal", "__meta_docker_network_scope",
      "__meta_docker_network_ip", "__meta_docker_port_private", "__meta_docker_port_public",
      "__meta_docker_port_public_ip",
    ]
    for (index, job) in configuration.scrapeConfigs.enumerated() {
      for (number, rule) in job.relabelConfigs.enumerated() {
        for name in rule.sourceLabels
        where name.hasPrefix("__meta_docker_") && !known.contains(name)
          && !name.hasPrefix("__meta_docker_container_label_") && !name.hasPrefix("__meta_docker_network_label_")
        {
          let isLabel = name.contains("compose") || name.contains("swarm")
          findings.warn(
            "Docker's discovery gives no label \(name)", at: rule.location,
            path: "scrape_configs[\(index)].relabel_configs[\(number)]",
            hint: isLabel
              ? "labels of containers are called __meta_docker_container_label_NAME, dots as underscores"
              : "docs/discovery.md lists those it gives")
        }
      }
    }
  }

  private static func setsPath(_ job: ScrapeConfiguration) -> Bool {
    job.relabelConfigs.contains { $0.targetLabel == "__path__" }
  }
}
