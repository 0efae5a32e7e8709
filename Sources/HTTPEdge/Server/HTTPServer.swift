public import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOPosix
import NIOSSL
public import ServiceLifecycle
import Synchronization

/// The routes of a server; modules add theirs to it.
public typealias WebRouter = Router<BasicRequestContext>

/// One HTTP/1.1 server.
///
/// As a service it runs until the group shuts down: it then takes no more connections and lets requests end. `start`
/// runs it outside of a group.
public struct HTTPServer: Service {
  private let address: ListenAddress
  private let responder: RouterResponder<BasicRequestContext>
  private let options: ServerOptions
  private let connections: ConnectionCount
  private let onListening: @Sendable (ListenAddress) async -> Void

  /// - Parameters:
  ///   - router: with all routes added; what is added later is not served.
  ///   - onListening: called with the address that was bound, port 0 replaced by the real one.
  public init(
    address: ListenAddress, router: WebRouter, options: ServerOptions = ServerOptions(),
    connections: ConnectionCount = ConnectionCount(),
    onListening: @escaping @Sendable (ListenAddress) async -> Void = { _ in }
  ) {
    self.init(
      address: address, responder: router.buildResponder(), options: options, connections: connections,
      onListening: onListening)
  }

  /// A router whose requests all have to pass what `options` asks of them.
  public static func router(_ options: ServerOptions) -> WebRouter {
    let router = WebRouter()
    if let basicAuth = options.basicAuth { router.add(middleware: BasicAuthGate(expected: basicAuth)) }
    return router
  }

  private init(
    address: ListenAddress, responder: RouterResponder<BasicRequestContext>, options: ServerOptions,
    connections: ConnectionCount,
    onListening: @escaping @Sendable (ListenAddress) async -> Void
  ) {
    self.address = address
    self.responder = responder
    self.options = options
    self.connections = connections
    self.onListening = onListening
  }

  /// - Throws: `HTTPServerError` when the address cannot be bound.
  public func run() async throws {
    // The server's own log says little that a user of this program can act on.
    let logger = Logger(label: "http", factory: { _ in SwiftLogNoOpLogHandler() })
    let server = try channels().buildServer(
      configuration: ServerConfiguration(
        address: .hostname(address.host, port: address.port),
        availableConnectionsDelegate: options.connectionLimit.map { MaximumAvailableConnections($0) }),
      eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger,
      responder: Answering(responder: responder, logger: logger).answer,
      onServerRunning: { [address, onListening] channel in
        let port = channel.localAddress?.port ?? address.port
        await onListening(ListenAddress(host: address.host, port: port))
      })
    do {
      try await server.run()
    } catch let error as IOError where error.errnoCode == HTTPServer.addressInUse {
      throw HTTPServerError.portInUse(address)
    } catch let error as IOError {
      throw HTTPServerError.cannotListen(address, error.description)
    }
  }

  /// How connections are served.
  private func channels() throws -> HTTPServerBuilder {
    let (options, connections) = (options, connections)
    let base = HTTPServerBuilder.http1(
      configuration: .init(
        additionalChannelHandlers: [RequestDeadlines(options) { connections.add($0) }],
        idleTimeout: options.idleTimeout.map { .nanoseconds($0) }))
    guard let tls = options.tls else { return base }
    let configuration = try tls.configuration(trouble: options.certificateTrouble)
    guard tls.clientAuth == .requireAny else { return try .tls(base, tlsConfiguration: configuration) }
    return try .tls(
      base,
      configuration: TLSChannelConfiguration(
        tlsConfiguration: configuration, customAsyncVerificationCallback: { _ in .certificateVerified }))
  }

  /// `EADDRINUSE`, which Linux and Darwin number differently.
  private static let addressInUse: CInt = {
    #if os(Linux)
      98
    #else
      48
    #endif
  }()

  /// Starts serving and returns once the address is bound.
  ///
  /// - Throws: `HTTPServerError`.
  public func start() async throws -> RunningHTTPServer {
    let (events, continuation) = AsyncThrowingStream.makeStream(of: ListenAddress.self)
    let server = HTTPServer(
      address: address, responder: responder, options: options, connections: connections
    ) { [onListening] bound in
      await onListening(bound)
      continuation.yield(bound)
    }
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: [.init(service: server, successTerminationBehavior: .gracefullyShutdownGroup)],
        logger: Logger(label: "http", factory: { _ in SwiftLogNoOpLogHandler() })))
    let task = Task {
      do {
        try await group.run()
        continuation.finish()
      } catch {
        continuation.finish(throwing: error)
        throw error
      }
    }
    for try await bound in events { return RunningHTTPServer(address: bound, group: group, task: task) }
    throw HTTPServerError.cannotListen(address, "the server ended before it listened")
  }
}

/// A server that listens.
public struct RunningHTTPServer: Sendable {
  /// The address that was bound.
  public let address: ListenAddress
  private let group: ServiceGroup
  private let task: Task<Void, any Error>

  init(address: ListenAddress, group: ServiceGroup, task: Task<Void, any Error>) {
    self.address = address
    self.group = group
    self.task = task
  }

  /// Takes no more connections, lets requests end and returns when all have.
  public func stop() async {
    await group.triggerGracefulShutdown()
    _ = try? await task.value
  }

  /// Returns when the server was stopped, throws when it failed.
  public func wait() async throws { try await task.value }
}

/// Connections that are open.
public final class ConnectionCount: Sendable {
  private let count = Atomic<Int>(0)
  private let opened = Atomic<Int>(0)

  public init() {}

  public var current: Int { count.load(ordering: .relaxed) }
  /// Since the start.
  public var accepted: Int { opened.load(ordering: .relaxed) }

  func add(_ change: Int) {
    count.wrappingAdd(change, ordering: .relaxed)
    if change > 0 { opened.wrappingAdd(change, ordering: .relaxed) }
  }
}
