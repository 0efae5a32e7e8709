import AgentConfiguration
import YAMLSource

extension Check {
  static let deprecated = Check("deprecated", "a key that Promtail gave up") { configuration, findings in
    if !configuration.client.url.isEmpty, configuration.client.location.line > 0 {
      findings.warn(
        "the key client is Promtail's old one", at: configuration.client.location, path: "client",
        hint: "write clients: with a list")
    }
    if !configuration.options.streamLagLabels.isEmpty {
      findings.warn(
        "options.stream_lag_labels has had no effect since Promtail 2.8", at: configuration.location, path: "options",
        hint: "remove it")
    }
  }

  static let grpcWithoutEffect = Check("grpc-without-effect", "settings of gRPC, which nothing serves here") {
    configuration, findings in
    let server = configuration.server
    let isSet = server.grpcLimits != GRPCLimits() || server.grpcTLS != ServerTLSConfiguration()
    guard isSet else { return }
    findings.warn(
      "the settings of gRPC under server have no effect: Swiftail serves no gRPC, and Promtail nothing by it",
      at: configuration.location, path: "server", hint: "remove them; grpc_listen_port may stay")
  }
}
