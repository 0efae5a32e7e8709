import GoCompat
import YAMLSource

extension AgentConfiguration {
  /// What the file asks for that this version does not do yet. It is refused, since passing over it would change what
  /// arrives, or who may see it, without a word.
  func refuseWhatIsNotInThisVersion(_ errors: inout ErrorCollector) {
    func refuse(_ key: String, _ isAskedFor: Bool, at location: SourceLocation, path: String) {
      if isAskedFor { errors.add("\(key) is not in this version", at: location, path: path) }
    }
    let top: [(String, Bool)] = [
      ("wal.enabled", wal.enabled),
      ("server.http_tls_config", !server.httpTLS.certFile.isEmpty || !server.httpTLS.cert.isEmpty),
      ("server.enable_runtime_reload", server.enableRuntimeReload),
      ("server.profiling_enabled", server.profilingEnabled),
      ("server.proxy_protocol_enabled", server.proxyProtocolEnabled),
    ]
    for (key, isAskedFor) in top { refuse(key, isAskedFor, at: location, path: "") }
    for (index, client) in clients.enumerated() {
      let tls = client.http.tls
      for (key, isAskedFor) in [
        ("oauth2", client.http.oauth2 != nil), ("tls_config.server_name", !tls.serverName.isEmpty),
        ("tls_config.ca", !tls.ca.isEmpty), ("tls_config.cert", !tls.cert.isEmpty),
        ("tls_config.key", !tls.key.text.isEmpty), ("tls_config.min_version", !tls.minVersion.isEmpty),
        ("tls_config.max_version", !tls.maxVersion.isEmpty), ("no_proxy", !client.http.proxy.noProxy.isEmpty),
        ("proxy_from_environment", client.http.proxy.fromEnvironment),
      ] {
        refuse(key, isAskedFor, at: client.location, path: "clients[\(index)]")
      }
    }
    for (index, job) in scrapeConfigs.enumerated() {
      refuse("encoding", !job.encoding.isEmpty, at: job.location, path: "scrape_configs[\(index)]")
      refuse("decompression", job.decompression?.enabled == true, at: job.location, path: "scrape_configs[\(index)]")
    }
  }
}
