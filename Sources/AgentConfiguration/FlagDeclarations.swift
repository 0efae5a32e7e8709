internal import GoCompat
internal import LogModel
internal import YAMLSource

// The flags of Promtail 3.6.15, by what they concern.
extension FlagDeclaration {
  /// What the program does at all.
  static let start: [FlagDeclaration] = [
    FlagDeclaration(
      flag: "check-syntax", \.checkSyntax, "read the config file, say whether it is well-formed, and end"),
    FlagDeclaration(
      flag: "config.expand-env", \.expandEnvironment, "put environment variables in for ${NAME} in the config file"),
    FlagDeclaration(
      "config.file", String.self, default: "",
      "the config file; of a comma-separated list the first that exists; a folder stands for the files in it, and given "
        + "several times the files are put together"
    ) { text in
      { target in
        target.flags.configFile = text
        target.flags.configFileValues.append(text)
      }
    },
    FlagDeclaration(
      flag: "dry-run", \.dryRun, "print entries on stdout instead of sending them; positions are not written"),
    FlagDeclaration(flag: "inspect", \.inspect, "write to stderr what each pipeline stage changes"),
    FlagDeclaration(
      flag: "log-config-reverse-order", \.logConfigurationReversed,
      "log the effective config line by line, last line first"),
    FlagDeclaration(
      flag: "print-config-stderr", \.printConfiguration, "write the effective config to stderr at the start"),
    FlagDeclaration(flag: "version", \.printVersion, "print the version and end"),
  ]

  /// Old: one more client, beside those of the file.
  static let client: [FlagDeclaration] = [
    FlagDeclaration("client.batch-size-bytes", \.client.batchSize, "old: batchsize of the client given by flags"),
    FlagDeclaration("client.batch-wait", \.client.batchWait, "old: batchwait of the client given by flags"),
    FlagDeclaration(
      "client.drop-rate-limited-batches", \.client.dropRateLimitedBatches,
      "old: drop_rate_limited_batches of the client given by flags"),
    FlagDeclaration(
      "client.external-labels", \.commonExternalLabels, "labels a=b,c=d for all clients (those of a client itself win)"),
    FlagDeclaration("client.max-backoff", \.client.backoff.maxPeriod, "old: longest pause between tries"),
    FlagDeclaration(
      "client.max-retries", Int.self, default: BackoffConfiguration().maxRetries,
      "old: number of tries for one batch"
    ) { value in
      { target in
        target.configuration.client.backoff.maxRetries = value
        target.configuration.client.backoff.hasExplicitMaxRetries = true
      }
    },
    FlagDeclaration("client.min-backoff", \.client.backoff.minPeriod, "old: first pause between tries"),
    FlagDeclaration("client.tenant-id", \.client.tenantID, "old: tenant of the client given by flags"),
    FlagDeclaration("client.timeout", \.client.timeout, "old: request timeout of the client given by flags"),
    FlagDeclaration(
      "client.url", EndpointURL.self, default: EndpointURL(),
      "adds a client with this push URL to those of the config file"
    ) { url in
      { target in
        // A client that the flag alone makes has the defaults of one in the file.
        if target.configuration.client.url.isEmpty { target.configuration.client.http = HTTPClientConfiguration() }
        target.configuration.client.url = url
        target.configuration.client.location = SourceLocation(file: "-client.url")
      }
    },
  ]

  /// The agent's own pages.
  static let server: [FlagDeclaration] = [
    FlagDeclaration(
      "server.cluster-validation.http.enabled", \.server.clusterValidation.http.enabled,
      "check the cluster label of HTTP requests"),
    FlagDeclaration(
      "server.cluster-validation.http.excluded-paths", \.server.clusterValidation.http.excludedPaths,
      "paths exempt from that check"),
    FlagDeclaration(
      "server.cluster-validation.http.excluded-user-agents", \.server.clusterValidation.http.excludedUserAgents,
      "user agents exempt from that check"),
    FlagDeclaration(
      "server.cluster-validation.http.soft-validation", \.server.clusterValidation.http.softValidation,
      "only report HTTP requests with a wrong cluster label"),
    FlagDeclaration("server.cluster-validation.label", \.server.clusterValidation.label, "the cluster label"),
    FlagDeclaration("server.disable", \.server.disable, "listen on no port at all"),
    FlagDeclaration("server.enable-runtime-reload", \.server.enableRuntimeReload, "serve /reload"),
    FlagDeclaration(
      "server.graceful-shutdown-timeout", \.server.gracefulShutdownTimeout, "how long a stop waits for open requests"),
    FlagDeclaration("server.http-conn-limit", \.server.http.connectionLimit, "most HTTP connections, 0 for any"),
    FlagDeclaration("server.http-idle-timeout", \.server.httpIdleTimeout, "HTTP idle timeout"),
    FlagDeclaration("server.http-listen-address", \.server.http.address, "HTTP address"),
    FlagDeclaration("server.http-listen-network", \.server.http.network, "HTTP network"),
    FlagDeclaration("server.http-listen-port", \.server.http.port, "HTTP port, 0 for any free one"),
    FlagDeclaration("server.http-read-header-timeout", \.server.httpReadHeaderTimeout, "HTTP header timeout"),
    FlagDeclaration("server.http-read-timeout", \.server.httpReadTimeout, "HTTP request timeout"),
    FlagDeclaration("server.http-tls-ca-path", \.server.httpTLS.clientCAFile, "CA for HTTP clients"),
    FlagDeclaration("server.http-tls-cert-path", \.server.httpTLS.certFile, "certificate for HTTP"),
    FlagDeclaration(
      "server.http-tls-client-auth", \.server.httpTLS.clientAuthType, "how HTTP clients must authenticate"),
    FlagDeclaration("server.http-tls-key-path", \.server.httpTLS.keyFile, "key for HTTP"),
    FlagDeclaration("server.http-write-timeout", \.server.httpWriteTimeout, "HTTP answer timeout"),
    FlagDeclaration("server.path-prefix", \.server.pathPrefix, "path under which all pages lie"),
    FlagDeclaration("server.profiling_enabled", \.server.profilingEnabled, "serve /debug/pprof and /debug/fgprof"),
    FlagDeclaration("server.proxy-protocol-enabled", \.server.proxyProtocolEnabled, "expect the PROXY protocol"),
    FlagDeclaration("server.register-instrumentation", \.server.registerInstrumentation, "serve /metrics"),
    FlagDeclaration(
      "server.throughput.latency-cutoff", \.server.throughput.latencyCutoff, "measure throughput of slower requests"),
    FlagDeclaration("server.throughput.unit", \.server.throughput.unit, "unit of that metric"),
    FlagDeclaration("server.tls-cipher-suites", \.server.tlsCipherSuites, "TLS cipher suites"),
    FlagDeclaration("server.tls-min-version", \.server.tlsMinVersion, "oldest TLS version"),
  ]

  /// Read and shown, but nothing serves gRPC.
  static let grpc: [FlagDeclaration] = [
    FlagDeclaration(
      "server.cluster-validation.grpc.enabled", \.server.clusterValidation.grpc.enabled,
      "check the cluster label of gRPC requests"),
    FlagDeclaration(
      "server.cluster-validation.grpc.soft-validation", \.server.clusterValidation.grpc.softValidation,
      "only report gRPC requests with a wrong cluster label"),
    FlagDeclaration(
      "server.grpc-collect-max-streams-by-conn", \.server.grpcCollectMaxStreamsByConnection,
      "keep the gauge of streams per gRPC connection"),
    FlagDeclaration("server.grpc-conn-limit", \.server.grpc.connectionLimit, "most gRPC connections, 0 for any"),
    FlagDeclaration("server.grpc-listen-address", \.server.grpc.address, "gRPC address"),
    FlagDeclaration("server.grpc-listen-network", \.server.grpc.network, "gRPC network"),
    FlagDeclaration("server.grpc-listen-port", \.server.grpc.port, "gRPC port, 0 for any free one"),
    FlagDeclaration(
      "server.grpc-max-concurrent-streams", \.server.grpcLimits.maxConcurrentStreams, "most gRPC streams per connection"
    ),
    FlagDeclaration(
      "server.grpc-max-recv-msg-size-bytes", \.server.grpcLimits.maxReceiveSize, "largest gRPC message taken"),
    FlagDeclaration(
      "server.grpc-max-send-msg-size-bytes", \.server.grpcLimits.maxSendSize, "largest gRPC message sent"),
    FlagDeclaration("server.grpc-tls-ca-path", \.server.grpcTLS.clientCAFile, "CA for gRPC clients"),
    FlagDeclaration("server.grpc-tls-cert-path", \.server.grpcTLS.certFile, "certificate for gRPC"),
    FlagDeclaration(
      "server.grpc-tls-client-auth", \.server.grpcTLS.clientAuthType, "how gRPC clients must authenticate"),
    FlagDeclaration("server.grpc-tls-key-path", \.server.grpcTLS.keyFile, "key for gRPC"),
    FlagDeclaration("server.grpc.keepalive.max-connection-age", \.server.grpcLimits.maxConnectionAge, "gRPC keepalive"),
    FlagDeclaration(
      "server.grpc.keepalive.max-connection-age-grace", \.server.grpcLimits.maxConnectionAgeGrace, "gRPC keepalive"),
    FlagDeclaration(
      "server.grpc.keepalive.max-connection-idle", \.server.grpcLimits.maxConnectionIdle, "gRPC keepalive"),
    FlagDeclaration(
      "server.grpc.keepalive.min-time-between-pings", \.server.grpcLimits.minTimeBetweenPings, "gRPC keepalive"),
    FlagDeclaration(
      "server.grpc.keepalive.ping-without-stream-allowed", \.server.grpcLimits.pingWithoutStreamAllowed,
      "gRPC keepalive"),
    FlagDeclaration("server.grpc.keepalive.time", \.server.grpcLimits.keepaliveTime, "gRPC keepalive"),
    FlagDeclaration("server.grpc.keepalive.timeout", \.server.grpcLimits.keepaliveTimeout, "gRPC keepalive"),
    FlagDeclaration("server.grpc.num-workers", \.server.grpcLimits.workers, "gRPC workers, 0 for one per request"),
    FlagDeclaration(
      "server.grpc.recv-buffer-pools-enabled", \.server.grpcLimits.receiveBufferPoolsEnabled, "without effect"),
    FlagDeclaration(
      "server.grpc.stats-tracking-enabled", \.server.grpcLimits.statsTrackingEnabled, "keep gRPC size metrics"),
    FlagDeclaration(
      "server.report-grpc-codes-in-instrumentation-label-enabled", \.server.reportGRPCCodes,
      "gRPC status names in metrics"),
  ]

  /// What the server logs of requests.
  static let serverLog: [FlagDeclaration] = [
    FlagDeclaration(
      "server.http-log-closed-connections-without-response-enabled", \.server.httpLogClosedConnections,
      "log connections closed without an answer"),
    FlagDeclaration(
      "server.log-request-at-info-level-enabled", \.server.logging.requestsAtInfo, "log requests at info"),
    FlagDeclaration("server.log-request-headers", \.server.logging.headers, "log request headers"),
    FlagDeclaration("server.log-request-headers-exclude-list", \.server.logging.excludedHeaders, "headers not to log"),
    FlagDeclaration("server.log-source-ips-enabled", \.server.logging.sourceIPs, "log client addresses"),
    FlagDeclaration("server.log-source-ips-full", \.server.logging.sourceIPsFull, "log all forwarding addresses"),
    FlagDeclaration("server.log-source-ips-header", \.server.logging.sourceIPsHeader, "header that holds them"),
    FlagDeclaration("server.log-source-ips-regex", \.server.logging.sourceIPsRegex, "expression that finds them"),
    FlagDeclaration("server.trace-request-headers", \.server.logging.traceHeaders, "headers in traces"),
    FlagDeclaration(
      "server.trace-request-headers-exclude-list", \.server.logging.traceExcludedHeaders, "headers not in traces"),
  ]

  /// Files, positions, limits.
  static let rest: [FlagDeclaration] = [
    FlagDeclaration(
      "file-watch.max_poll_frequency", \.global.fileWatch.maxPollFrequency,
      "longest pause between looks at a tailed file"),
    FlagDeclaration(
      "file-watch.min_poll_frequency", \.global.fileWatch.minPollFrequency,
      "shortest pause between looks at a tailed file"),
    FlagDeclaration("limit.readline-burst", \.limits.readlineBurst, "burst of the line rate limit"),
    FlagDeclaration("limit.readline-rate", \.limits.readlineRate, "lines per second"),
    FlagDeclaration("limit.readline-rate-drop", \.limits.readlineRateDrop, "drop lines over the rate (false: wait)"),
    FlagDeclaration("limit.readline-rate-enabled", \.limits.readlineRateEnabled, "turn the line rate limit on"),
    FlagDeclaration("log.format", \.server.logFormat, "logfmt or json"),
    FlagDeclaration("log.level", \.server.logLevel, "debug, info, warn or error"),
    FlagDeclaration("max-line-size", \.limits.maxLineSize, "longest line in bytes (units like 256kb), 0 for any"),
    FlagDeclaration(
      "max-line-size-truncate", \.limits.maxLineSizeTruncate, "cut longer lines instead of dropping them"),
    FlagDeclaration("max-streams", \.limits.maxStreams, "most streams at a time, 0 for any"),
    FlagDeclaration("positions.file", \.positions.filename, "the positions file"),
    FlagDeclaration(
      "positions.ignore-invalid-yaml", \.positions.ignoreInvalidYAML,
      "start afresh from a broken positions file instead of refusing it"),
    FlagDeclaration("positions.sync-period", \.positions.syncPeriod, "how often positions are written"),
    FlagDeclaration("stdin", \.targetConfig.stdin, "read lines from standard input, then end"),
    FlagDeclaration(
      "target.sync-period", \.targetConfig.syncPeriod, "how often directories are looked through for files"),
    FlagDeclaration("tracing.enabled", \.tracing.enabled, "tracing by the JAEGER_* variables"),
  ]
}
