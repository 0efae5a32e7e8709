public import YAMLSource

extension AgentConfiguration {
  /// What keeps the agent from starting although the file can be read, in the order of the file; empty if it may start.
  public var startErrors: [ConfigurationError] {
    var errors = ErrorCollector()
    checkClients(&errors)
    server.check(&errors, at: location)
    refuseWhatIsNotInThisVersion(&errors)
    for (index, job) in scrapeConfigs.enumerated() { job.check(path: "scrape_configs[\(index)]", &errors) }
    return errors.errors
  }

  /// What the file says without effect.
  public var warnings: [ConfigurationError] {
    var warnings = ErrorCollector()
    if wal.enabled {
      warnings.add(
        "wal is without effect: files are their own queue, and lines wait in them until they are delivered",
        at: location, path: "wal", hint: "leave it out")
    }
    for (index, job) in scrapeConfigs.enumerated() {
      for input in job.otherInputs where input.declaration.isOfAnotherSystem && !job.discoversFiles {
        warnings.add(
          "\(input.declaration.key) does nothing on this system", at: input.location, path: "scrape_configs[\(index)]",
          hint: "remove the job, or run it on Windows")
      }
      guard job.discoversFiles else { continue }
      func warn(_ key: String, _ location: SourceLocation) {
        warnings.add(
          "\(key) is ignored, since the job discovers files too", at: location, path: "scrape_configs[\(index)]",
          hint: "give it a job of its own")
      }
      if let journal = job.journal { warn("journal", journal.location) }
      for input in job.otherInputs where input.declaration.kind == .input {
        warn(input.declaration.key, input.location)
      }
    }
    return warnings.errors
  }

  private func checkClients(_ errors: inout ErrorCollector) {
    for (index, client) in clients.enumerated() { client.check(path: "clients[\(index)]", &errors) }
    if clients.isEmpty, !client.url.isEmpty { client.check(path: "client", &errors) }
    let all = effectiveClients
    if all.isEmpty {
      errors.add(
        "no client is configured", at: location, path: "",
        hint: "add clients: [{url: http://HOST:3100/loki/api/v1/push}] or -client.url")
    }
    // Metrics and positions tell clients apart by these.
    var known: [String: SourceLocation] = [:]
    for client in all {
      let identity = client.name.isEmpty ? client.yaml.text : "name: \(client.name)"
      if let other = known[identity] {
        errors.add(
          "the client has the same \(client.name.isEmpty ? "settings" : "name") as that in line \(other.line)",
          at: client.location, path: "clients", hint: "give each a name of its own")
      }
      known[identity] = client.location
    }
  }
}

extension ClientConfiguration {
  fileprivate func check(path: String, _ errors: inout ErrorCollector) {
    if url.isEmpty {
      errors.add("the client has no url", at: location, path: path)
    } else if !["http", "https"].contains(url.scheme) || url.host.isEmpty {
      errors.add(
        "the url \"\(url)\" names no HTTP server", at: location, path: path,
        hint: "write it like http://HOST:3100/loki/api/v1/push")
    }
  }
}

extension ScrapeConfiguration {
  /// Whether targets are files that the job finds. Its inputs are ignored then.
  var discoversFiles: Bool {
    !staticConfigs.isEmpty || !discoveries.isEmpty || otherInputs.contains { $0.declaration.kind == .discovery }
  }

  fileprivate func check(path: String, _ errors: inout ErrorCollector) {
    for error in stageErrors.errors { errors.add(error) }
    for (index, rule) in relabelConfigs.enumerated() {
      if let fault = rule.fault() { errors.add(fault, at: rule.location, path: "\(path).relabel_configs[\(index)]") }
    }
    for input in otherInputs where !input.declaration.isInThisVersion {
      if input.declaration.kind == .input, discoversFiles || input.declaration.isOfAnotherSystem { continue }
      if input.declaration.isUndocumented {
        errors.add(
          "\(input.declaration.key) (\(input.declaration.summary)) is not in Swiftail: Promtail inherited it from "
            + "Prometheus without documenting it", at: input.location, path: path,
          hint: "write the targets to a file for file_sd_configs, or serve them for http_sd_configs")
        continue
      }
      errors.add(
        "\(input.declaration.key) (\(input.declaration.summary)) is not in this version", at: input.location, path: path
      )
    }
    if let journal, !discoversFiles { journal.check(path: "\(path).journal", &errors) }
    if journal == nil, otherInputs.isEmpty, staticConfigs.isEmpty, discoveries.isEmpty {
      errors.add(
        "the job \"\(jobName)\" names no targets", at: location, path: path,
        hint: "add static_configs with a __path__ label")
    }
  }
}
