import AgentConfiguration
import HTTPEdge
import HTTPTypes
import Hummingbird
import Telemetry

/// The agent's HTTP surface: `/ready`, `/metrics`, `/config`, `/targets`.
enum AgentRoutes {
  /// - Parameters:
  ///   - prefix: `http_path_prefix`, without a slash at its end.
  ///   - links: what stands before the paths of links.
  ///   - ownsRoot: `/` leads to the targets; not so where the console lies there.
  static func add(to router: WebRouter, status: AgentStatus, prefix: String, links: String, ownsRoot: Bool) {
    let pages = AgentPages(status: status, links: links)
    let group = router.group(RouterPath(prefix))
    for method in [HTTPRequest.Method.get, .post, .put, .delete, .patch] {
      group.on("ready", method: method) { _, _ in ready(status) }
    }
    group.head("ready") { _, _ in ready(status) }
    if status.configuration.server.registerInstrumentation {
      group.get("metrics") { _, _ in
        Response.bytes(
          Array(status.registry.exposition().utf8), type: "text/plain; version=0.0.4; charset=utf-8")
      }
    }
    group.get("config") { _, _ in html(pages.configuration()) }
    group.get("targets") { _, _ in html(pages.targets()) }
    if ownsRoot {
      group.get("/") { _, _ in
        Response(status: .seeOther, headers: [.location: "\(links)/targets"])
      }
    }
  }

  private static func ready(_ status: AgentStatus) -> Response {
    guard let reason = status.notReady else { return .text("Ready") }
    return .text(reason, status: .internalServerError)
  }

  private static func html(_ page: String) -> Response { .bytes(Array(page.utf8), type: "text/html; charset=utf-8") }
}
