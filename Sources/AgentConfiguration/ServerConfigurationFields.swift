internal import YAMLSource

extension ServerConfiguration: ConfigurationSection {
  static let fields = listening + timing + grpcFields + logFields + otherFields

  private static let listening: [ConfigurationField<ServerConfiguration>] = [
    ConfigurationField("http_listen_network", \.http.network),
    ConfigurationField("http_listen_address", \.http.address),
    ConfigurationField("http_listen_port", \.http.port),
    ConfigurationField("http_listen_conn_limit", \.http.connectionLimit),
    ConfigurationField("grpc_listen_network", \.grpc.network),
    ConfigurationField("grpc_listen_address", \.grpc.address),
    ConfigurationField("grpc_listen_port", \.grpc.port),
    ConfigurationField("grpc_listen_conn_limit", \.grpc.connectionLimit),
    ConfigurationField("grpc_collect_max_streams_by_conn", \.grpcCollectMaxStreamsByConnection),
    ConfigurationField("proxy_protocol_enabled", \.proxyProtocolEnabled),
    ConfigurationField("tls_cipher_suites", \.tlsCipherSuites),
    ConfigurationField("tls_min_version", \.tlsMinVersion),
    ConfigurationField("http_tls_config", \.httpTLS),
    ConfigurationField("grpc_tls_config", \.grpcTLS),
    ConfigurationField("register_instrumentation", \.registerInstrumentation),
    ConfigurationField("report_grpc_codes_in_instrumentation_label_enabled", \.reportGRPCCodes),
  ]

  private static let timing: [ConfigurationField<ServerConfiguration>] = [
    ConfigurationField("graceful_shutdown_timeout", \.gracefulShutdownTimeout),
    ConfigurationField("http_server_read_timeout", \.httpReadTimeout),
    ConfigurationField("http_server_read_header_timeout", \.httpReadHeaderTimeout),
    ConfigurationField("http_server_write_timeout", \.httpWriteTimeout),
    ConfigurationField("http_server_idle_timeout", \.httpIdleTimeout),
    ConfigurationField("http_log_closed_connections_without_response_enabled", \.httpLogClosedConnections),
  ]

  private static let grpcFields: [ConfigurationField<ServerConfiguration>] = [
    ConfigurationField("grpc_server_max_recv_msg_size", \.grpcLimits.maxReceiveSize),
    ConfigurationField("grpc_server_max_send_msg_size", \.grpcLimits.maxSendSize),
    ConfigurationField("grpc_server_max_concurrent_streams", \.grpcLimits.maxConcurrentStreams),
    ConfigurationField("grpc_server_max_connection_idle", \.grpcLimits.maxConnectionIdle),
    ConfigurationField("grpc_server_max_connection_age", \.grpcLimits.maxConnectionAge),
    ConfigurationField("grpc_server_max_connection_age_grace", \.grpcLimits.maxConnectionAgeGrace),
    ConfigurationField("grpc_server_keepalive_time", \.grpcLimits.keepaliveTime),
    ConfigurationField("grpc_server_keepalive_timeout", \.grpcLimits.keepaliveTimeout),
    ConfigurationField("grpc_server_min_time_between_pings", \.grpcLimits.minTimeBetweenPings),
    ConfigurationField("grpc_server_ping_without_stream_allowed", \.grpcLimits.pingWithoutStreamAllowed),
    ConfigurationField("grpc_server_num_workers", \.grpcLimits.workers),
    ConfigurationField("grpc_server_stats_tracking_enabled", \.grpcLimits.statsTrackingEnabled),
    ConfigurationField("grpc_server_recv_buffer_pools_enabled", \.grpcLimits.receiveBufferPoolsEnabled),
  ]

  private static let logFields: [ConfigurationField<ServerConfiguration>] = [
    ConfigurationField("log_format", \.logFormat),
    ConfigurationField("log_level", \.logLevel),
    ConfigurationField("log_source_ips_enabled", \.logging.sourceIPs),
    ConfigurationField("log_source_ips_full", \.logging.sourceIPsFull),
    ConfigurationField("log_source_ips_header", \.logging.sourceIPsHeader),
    ConfigurationField("log_source_ips_regex", \.logging.sourceIPsRegex),
    ConfigurationField("log_request_headers", \.logging.headers),
    ConfigurationField("log_request_at_info_level_enabled", \.logging.requestsAtInfo),
    ConfigurationField("log_request_exclude_headers_list", \.logging.excludedHeaders),
    ConfigurationField("trace_request_headers", \.logging.traceHeaders),
    ConfigurationField("trace_request_exclude_headers_list", \.logging.traceExcludedHeaders),
  ]

  private static let otherFields: [ConfigurationField<ServerConfiguration>] = [
    ConfigurationField("http_path_prefix", \.pathPrefix),
    ConfigurationField("cluster_validation", \.clusterValidation),
    ConfigurationField("external_url", \.externalURL),
    ConfigurationField("health_check_target", \.healthCheckTarget),
    ConfigurationField("disable", \.disable),
    ConfigurationField("profiling_enabled", \.profilingEnabled),
    ConfigurationField("enable_runtime_reload", \.enableRuntimeReload),
    ConfigurationField(ifSet: "basic_auth", \.basicAuth),
  ]
}

extension ServerTLSConfiguration: ConfigurationSection {
  static let fields: [ConfigurationField<ServerTLSConfiguration>] = [
    ConfigurationField("cert", \.cert),
    ConfigurationField("key", \.key),
    ConfigurationField("client_ca", \.clientCA),
    ConfigurationField("cert_file", \.certFile),
    ConfigurationField("key_file", \.keyFile),
    ConfigurationField("client_auth_type", \.clientAuthType),
    ConfigurationField("client_ca_file", \.clientCAFile),
  ]
}

extension ClusterValidationConfiguration: ConfigurationSection {
  static let fields: [ConfigurationField<ClusterValidationConfiguration>] = [
    ConfigurationField("label", \.label),
    ConfigurationField("grpc", \.grpc),
    ConfigurationField("http", \.http),
  ]
}

extension ClusterValidationRule: ConfigurationSection {
  static let fields: [ConfigurationField<ClusterValidationRule>] = [
    ConfigurationField("enabled", \.enabled),
    ConfigurationField("soft_validation", \.softValidation),
  ]
}

extension ClusterValidationHTTPRule: ConfigurationSection {
  static let fields: [ConfigurationField<ClusterValidationHTTPRule>] = [
    ConfigurationField("enabled", \.enabled),
    ConfigurationField("soft_validation", \.softValidation),
    ConfigurationField("excluded_paths", \.excludedPaths),
    ConfigurationField("excluded_user_agents", \.excludedUserAgents),
  ]
}

extension LogLevel: ConfigurationValue {
  static func read(_ node: YAMLNode, path: String, errors: inout ErrorCollector) -> LogLevel? {
    readName(node, path: path, errors: &errors)
  }
  var yaml: YAMLValue { .string(rawValue) }
}

extension LogFormat: ConfigurationValue {
  /// Whatever is no `json` is written as logfmt, as in Promtail.
  static func read(_ node: YAMLNode, path: String, errors: inout ErrorCollector) -> LogFormat? {
    String.read(node, path: path, errors: &errors).map { LogFormat(rawValue: $0) ?? .logfmt }
  }
  var yaml: YAMLValue { .string(rawValue) }
}

extension RawRepresentable where RawValue == String, Self: CaseIterable {
  /// One of the names; an error names them all.
  static func readName(_ node: YAMLNode, path: String, errors: inout ErrorCollector) -> Self? {
    guard let text = String.read(node, path: path, errors: &errors) else { return nil }
    if let value = Self(rawValue: text) { return value }
    let names = allCases.map(\.rawValue)
    errors.add(
      "\"\(text)\" is none of \(names.joined(separator: ", "))", at: node.location, path: path,
      hint: NearestName.hint(for: text, among: names))
    return nil
  }
}
