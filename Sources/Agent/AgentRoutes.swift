import AgentConfiguration
import HTTPEdge
import HTTPTypes
import Hummingbird
import Telemetry

/// The agent's HTTP surface: `/ready`, `/metrics`, `/config`, `/targets`, `/service-discovery`, `/explain`, `/-/healthy`, `/reload`.
enum AgentRoutes {
  private static let named: Set<String> = [
    "ready", "metrics", "config", "targets", "service-discovery", "explain", "reload", "-/healthy",
  ]
  /// Whether anything that was asked for is read, for the exit status of `swiftail explain`.
  private static let readHeader = HTTPField.Name("X-Swiftail-Read")!
  private static let anyMethod = [HTTPRequest.Method.get, .post, .put, .delete, .patch]

  /// - Parameters:
  ///   - prefix: `http_path_prefix`, without a slash at its end.
  ///   - links: what stands before the paths of links.
  ///   - ownsRoot: `/` leads to the targets; not so where the console lies there.
  ///   - reload: nil where `/reload` is not to be served.
  static func add(
    to router: WebRouter, status: AgentStatus, prefix: String, links: String, ownsRoot: Bool,
    reload: (@Sendable () async throws -> Void)?
  ) {
    if ownsRoot {
      router.add(middleware: RequestMetrics(registry: status.registry, routes: named, prefix: prefix))
      router.add(middleware: ExactPaths(prefix: prefix))
    }
    let pages = AgentPages(status: status, links: links, hasConsole: !ownsRoot)
    let group = router.group(RouterPath(prefix))
    for method in anyMethod { group.on("ready", method: method) { _, _ in ready(status) } }
    group.head("ready") { _, _ in ready(status) }
    group.get("-/healthy") { _, _ in Response.text("swiftail is healthy.\n") }
    if status.configuration.server.registerInstrumentation {
      group.get("metrics") { _, _ in
        Response.bytes(status.registry.page(), type: "text/plain; version=0.0.4; charset=utf-8")
      }
    }
    group.get("config") { _, _ in html(pages.configuration()) }
    group.get("targets") { _, _ in html(pages.targets()) }
    group.get("service-discovery") { _, _ in html(pages.serviceDiscovery()) }
    group.get("explain") { request, _ in
      let query = FormParameters(request.uri.query ?? "")
      return explain(status, query["query"] ?? "", isJSON: query["format"] == "json")
    }
    if let reload {
      for method in anyMethod { group.on("reload", method: method) { _, _ in await Self.reload(reload) } }
    }
    if ownsRoot {
      group.get("/") { _, _ in
        Response(status: .seeOther, headers: [.location: "\(links)/targets"])
      }
    }
  }

  private static func reload(_ body: @Sendable () async throws -> Void) async -> Response {
    do {
      try await body()
      return Response(status: .ok)
    } catch {
      return .text("\(error)\n", status: .internalServerError)
    }
  }

  private static func explain(_ status: AgentStatus, _ question: String, isJSON: Bool) -> Response {
    do {
      let explanation = try status.explain(question)
      return .bytes(
        Array((isJSON ? explanation.json : explanation.text).utf8),
        type: isJSON ? "application/json" : "text/plain; charset=utf-8",
        headers: [readHeader: String(explanation.isRead)])
    } catch {
      return .text("\(error)\n", status: .badRequest)
    }
  }

  private static func ready(_ status: AgentStatus) -> Response {
    guard let reason = status.notReady else { return .text("Ready") }
    return .text(reason, status: .internalServerError)
  }

  private static func html(_ page: String) -> Response { .bytes(Array(page.utf8), type: "text/html; charset=utf-8") }
}

/// `/ready/` is not `/ready` (recorded: server/unknown-path).
private struct ExactPaths: RouterMiddleware {
  typealias Context = BasicRequestContext

  let prefix: String

  func handle(
    _ request: Request, context: BasicRequestContext, next: (Request, BasicRequestContext) async throws -> Response
  ) async throws -> Response {
    let path = request.uri.path
    if path.hasSuffix("/"), path != "/", path != prefix + "/" { throw HTTPError(.notFound) }
    return try await next(request, context)
  }
}
