import GoCompat
import YAMLSource

extension AgentConfiguration {
  /// What the file asks for that this version does not do yet. It is refused, since passing over it would change what
  /// arrives, or who may see it, without a word.
  func refuseWhatIsNotInThisVersion(_ errors: inout ErrorCollector) {
    if server.proxyProtocolEnabled {
      errors.add(
        "server.proxy_protocol_enabled is not supported: the pages are plain HTTP", at: location, path: "",
        hint: "let the proxy speak HTTP, or leave it out of the way")
    }
  }
}
