import GoCompat
import YAMLSource

extension AgentConfiguration {
  /// What the file asks for that this version does not do yet. It is refused, since passing over it would change what
  /// arrives, or who may see it, without a word.
  func refuseWhatIsNotInThisVersion(_ errors: inout ErrorCollector) {
    func refuse(_ key: String, _ isAskedFor: Bool, at location: SourceLocation, path: String) {
      if isAskedFor { errors.add("\(key) is not in this version", at: location, path: path) }
    }
    let top: [(String, Bool)] = [("wal.enabled", wal.enabled)]
    for (key, isAskedFor) in top { refuse(key, isAskedFor, at: location, path: "") }
    if server.proxyProtocolEnabled {
      errors.add(
        "server.proxy_protocol_enabled is not supported: the pages are plain HTTP", at: location, path: "",
        hint: "let the proxy speak HTTP, or leave it out of the way")
    }
  }
}
