public import HTTPEdge
import HTTPTypes
public import Hummingbird
import LogQL
public import Store
import Syscalls

/// Loki's HTTP API over one store. The tenant header `X-Scope-OrgID` is taken and has no effect: there is one tenant.
public struct StoreAPI: Sendable {
  let store: Store
  /// The most bytes of a push, as it comes and as it expands.
  let pushLimit: Int
  let version: String

  public init(store: Store, version: String = "3.4.6", pushLimit: Int = 64 << 20) {
    self.store = store
    self.version = version
    self.pushLimit = pushLimit
  }

  /// Adds `/loki/api/v1/…` and, for the console, `/api/labels`, `/api/query_range` and `/api/tail`.
  ///
  /// - Parameter ownsPush: also the push endpoint; an agent that takes pushes itself adds its own.
  public func addRoutes(to router: WebRouter, ownsPush: Bool = true) {
    let api = router.group("/loki/api/v1")
    if ownsPush { api.post("push") { request, _ in await answer { try await push(request) } } }
    both(api, "labels") { try await labels($0) }
    both(api, "label") { try await labels($0) }
    api.get("label/:name/values") { request, context in
      let name = context.parameters.get("name") ?? ""
      return await answer { try await values(of: name, try await parameters(request)) }
    }
    both(api, "series") { try await series($0) }
    both(api, "query") { try await query($0) }
    both(api, "query_range") { try await queryRange($0) }
    both(api, "index/stats") { try await statistics($0) }
    both(api, "index/volume") { try await volume($0) }
    api.get("detected_labels") { request, _ in
      await answer { try await detectedLabels(try await parameters(request)) }
    }
    api.get("status/buildinfo") { _, _ in buildInformation() }
    api.get("tail") { _, _ in
      Response.text(
        "live tail over WebSocket is not served here; GET /api/tail?query=… gives the same as server-sent events\n",
        status: .notImplemented)
    }
    router.get("/api/labels") { request, _ in await answer { try await labelCounts(try await parameters(request)) } }
    router.get("/api/query_range") { request, _ in
      await answer { try await queryRange(try await parameters(request, allowsEverything: true)) }
    }
    router.get("/api/tail") { request, _ in
      await answer { try await tail(try await parameters(request, allowsEverything: true)) }
    }
  }

  /// Adds `/ready`; for a server that has nothing else to be ready for.
  public func addReadyRoute(to router: WebRouter) {
    router.get("/ready") { _, _ in Response.text("ready\n") }
  }

  private func both(
    _ group: RouterGroup<BasicRequestContext>, _ path: RouterPath,
    _ body: @escaping @Sendable (RequestParameters) async throws -> Response
  ) {
    let handler: @Sendable (Request, BasicRequestContext) async throws -> Response = { request, _ in
      await answer { try await body(try await parameters(request)) }
    }
    group.get(path, use: handler)
    group.post(path, use: handler)
  }

  private func parameters(_ request: Request, allowsEverything: Bool = false) async throws -> RequestParameters {
    RequestParameters(
      form: try await FormParameters(of: request), now: Clock.wall(),
      isCategorized: StoreAPI.encodingFlags.flatMap { request.headers[$0] }?.contains("categorize-labels") ?? false,
      allowsEverything: allowsEverything)
  }

  private static let encodingFlags = HTTPField.Name("X-Loki-Response-Encoding-Flags")

  private func answer(_ body: () async throws -> Response) async -> Response {
    do {
      return try await body()
    } catch let error as LogQLError {
      return .text("\(error)\n", status: .badRequest)
    } catch let error as ParameterError {
      return .text("\(error)\n", status: .badRequest)
    } catch let error as HTTPError {
      return .text((error.body ?? error.status.reasonPhrase) + "\n", status: error.status)
    } catch {
      return .text("\(error)\n", status: .internalServerError)
    }
  }

  private func push(_ request: Request) async throws -> Response {
    let body = try await request.bytes(limit: pushLimit)
    let encoded: EncodedPush
    do {
      let protobuf = try PushBody(limit: pushLimit).protobuf(
        body, type: request.headers[.contentType], encoding: request.headers[.contentEncoding])
      encoded = try protobuf.withUnsafeBytes { try store.encode(protobuf: $0) }
    } catch let error as PushBodyError {
      return .text("\(error)\n", status: .badRequest)
    } catch let error as PushError {
      return .text("\(error)\n", status: error == .noStreams ? .unprocessableContent : .badRequest)
    }
    let result = try await store.commit(encoded)
    if result.rejections.isEmpty { return Response(status: .noContent) }
    var reasons: [String] = []
    for rejection in result.rejections where !reasons.contains(rejection.reason) { reasons.append(rejection.reason) }
    return .text(reasons.joined(separator: "\n") + "\n", status: .badRequest)
  }

  private func buildInformation() -> Response {
    var json = JSONText()
    let members = [
      ("version", version), ("revision", ""), ("branch", ""), ("buildUser", "swiftail"), ("buildDate", ""),
      ("goVersion", ""),
    ]
    json.object(members, name: \.0) { json, member in json.string(member.1) }
    return .json(json.bytes)
  }
}
