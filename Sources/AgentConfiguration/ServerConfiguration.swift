public import GoCompat
internal import YAMLSource

/// The section `server`: the agent's own HTTP pages. Keys about gRPC are read and shown, but nothing serves gRPC.
public struct ServerConfiguration: Sendable {
  public var http = ListenerConfiguration(port: 80)
  public var grpc = ListenerConfiguration(port: 9095)
  public var grpcCollectMaxStreamsByConnection = true
  public var proxyProtocolEnabled = false
  public var tlsCipherSuites = ""
  public var tlsMinVersion = ""
  public var httpTLS = ServerTLSConfiguration()
  public var grpcTLS = ServerTLSConfiguration()
  /// Serve /metrics.
  public var registerInstrumentation = true
  public var reportGRPCCodes = false
  public var gracefulShutdownTimeout = GoDuration.seconds(30)
  public var httpReadTimeout = GoDuration.seconds(30)
  public var httpReadHeaderTimeout = GoDuration.zero
  public var httpWriteTimeout = GoDuration.seconds(30)
  public var httpIdleTimeout = GoDuration.seconds(120)
  public var httpLogClosedConnections = false
  public var grpcLimits = GRPCLimits()
  /// `logfmt` or `json`.
  public var logFormat = LogFormat.logfmt
  public var logLevel = LogLevel.info
  public var logging = RequestLogConfiguration()
  /// Path under which all pages lie; empty or with a leading slash.
  public var pathPrefix = ""
  public var clusterValidation = ClusterValidationConfiguration()
  public var externalURL = ""
  /// `nil` when nobody said so: ready then means able to work.
  public var healthCheckTarget: Bool?
  /// Listen on no port at all.
  public var disable = false
  public var profilingEnabled = false
  /// Serve /reload.
  public var enableRuntimeReload = false
  public var throughput = ThroughputConfiguration()
  /// User and password that the pages ask for. Promtail does not have it.
  public var basicAuth: BasicAuthConfiguration?

  public init() {}
}

/// Where a server listens.
public struct ListenerConfiguration: Hashable, Sendable {
  public var network = "tcp"
  /// Empty for all addresses.
  public var address = ""
  /// 0 for any free port.
  public var port: Int
  /// Most connections at a time, 0 for any number.
  public var connectionLimit = 0

  public init(port: Int) { self.port = port }
}

public struct GRPCLimits: Hashable, Sendable {
  /// What Go calls the longest duration: no limit.
  public static let unlimited = GoDuration(nanoseconds: .max)

  public var maxReceiveSize = 4_194_304
  public var maxSendSize = 4_194_304
  public var maxConcurrentStreams = 100
  public var maxConnectionIdle = unlimited
  public var maxConnectionAge = unlimited
  public var maxConnectionAgeGrace = unlimited
  public var keepaliveTime = GoDuration.seconds(7200)
  public var keepaliveTimeout = GoDuration.seconds(20)
  public var minTimeBetweenPings = GoDuration.seconds(300)
  public var pingWithoutStreamAllowed = false
  public var workers = 0
  public var statsTrackingEnabled = true
  public var receiveBufferPoolsEnabled = false

  public init() {}
}

public enum LogLevel: String, CaseIterable, Sendable {
  case debug, info, warn, error
}

public enum LogFormat: String, CaseIterable, Sendable {
  case logfmt, json
}

/// What the server logs of requests.
public struct RequestLogConfiguration: Hashable, Sendable {
  public var sourceIPs = false
  public var sourceIPsFull = false
  public var sourceIPsHeader = ""
  public var sourceIPsRegex = ""
  public var headers = false
  public var requestsAtInfo = false
  public var excludedHeaders = ""
  public var traceHeaders = false
  public var traceExcludedHeaders = ""
}

public struct ServerTLSConfiguration: Hashable, Sendable {
  public var cert = ""
  public var key: Secret?
  public var clientCA = ""
  public var certFile = ""
  public var keyFile = ""
  public var clientAuthType = ""
  public var clientCAFile = ""

  public init() {}
}

public struct ClusterValidationConfiguration: Sendable {
  public var label = ""
  public var grpc = ClusterValidationRule()
  public var http = ClusterValidationHTTPRule()

  public init() {}
}

public struct ClusterValidationRule: Sendable {
  public var enabled = false
  public var softValidation = false

  public init() {}
}

public struct ClusterValidationHTTPRule: Sendable {
  public var enabled = false
  public var softValidation = false
  public var excludedPaths = ""
  public var excludedUserAgents = ""

  public init() {}
}

/// From flags alone.
public struct ThroughputConfiguration: Sendable {
  public var latencyCutoff = GoDuration.zero
  public var unit = "samples_processed"
}
