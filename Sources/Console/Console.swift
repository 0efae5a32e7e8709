import Bytes
public import HTTPEdge
import HTTPTypes
public import Hummingbird

/// What the strip at the foot of the console tells; `nil` members are left out of it.
public struct ConsoleStatus: Sendable, Hashable {
  /// Files being read.
  public var files: Int?
  public var linesPerSecond: Double?
  /// How far the slowest client is behind.
  public var lagSeconds: Double?
  public var lagBytes: Int64?
  /// Bytes of the store on disk.
  public var storeBytes: Int64?
  /// What an operator must see at once, the gravest first.
  public var problems: [String]
  public var version: String?

  public init(
    files: Int? = nil, linesPerSecond: Double? = nil, lagSeconds: Double? = nil, lagBytes: Int64? = nil,
    storeBytes: Int64? = nil, problems: [String] = [], version: String? = nil
  ) {
    self.files = files
    self.linesPerSecond = linesPerSecond
    self.lagSeconds = lagSeconds
    self.lagBytes = lagBytes
    self.storeBytes = storeBytes
    self.problems = problems
    self.version = version
  }
}

/// The web pages to look at logs. They ask the store's API on the same server.
public struct Console: Sendable {
  private let status: @Sendable () async -> ConsoleStatus

  /// - Parameter status: asked every few seconds for each open page.
  public init(status: @escaping @Sendable () async -> ConsoleStatus) { self.status = status }

  /// Adds `/`, the files it loads and `/api/status`.
  public func addRoutes(to router: WebRouter) {
    for page in Console.pages {
      for path in page.paths {
        router.get(RouterPath(path)) { request, _ in page.answer(request) }
      }
    }
    router.get("/api/status") { [status] _, _ in Response.json(StatusText.json(await status())) }
  }

  private static let pages = [
    Page("", PackageResources.index_html, "text/html; charset=utf-8"),
    Page("style.css", PackageResources.style_css, "text/css; charset=utf-8"),
    Page("app.js", PackageResources.app_js, Page.script), Page("api.js", PackageResources.api_js, Page.script),
    Page("chart.js", PackageResources.chart_js, Page.script),
    Page("labels.js", PackageResources.labels_js, Page.script),
    Page("levels.js", PackageResources.levels_js, Page.script),
    Page("lines.js", PackageResources.lines_js, Page.script),
    Page("notices.js", PackageResources.notices_js, Page.script),
    Page("paint.js", PackageResources.paint_js, Page.script), Page("query.js", PackageResources.query_js, Page.script),
    Page("icon.svg", PackageResources.icon_svg, "image/svg+xml"),
  ]
}

/// One file of the console, from the binary.
private struct Page: Sendable {
  static let script = "text/javascript; charset=utf-8"

  let paths: [String]
  let bytes: [UInt8]
  let type: String
  let tag: String

  init(_ name: String, _ bytes: [UInt8], _ type: String) {
    paths = name.isEmpty ? ["/", "/index.html"] : ["/" + name]
    self.bytes = bytes
    self.type = type
    tag = "\"" + String(bytes.withUnsafeBytes { Hash.bytes($0) }, radix: 36) + "\""
  }

  /// Browsers keep the file and ask each time whether it is still the one: after an update nobody sees old pages.
  func answer(_ request: Request) -> Response {
    if request.headers[.ifNoneMatch]?.contains(tag) == true {
      var headers = HTTPFields()
      headers[.eTag] = tag
      return Response(status: .notModified, headers: headers)
    }
    var headers: [HTTPField.Name: String] = [.cacheControl: "no-cache", .eTag: tag, .xContentTypeOptions: "nosniff"]
    if type.hasPrefix("text/html") {
      headers[.contentSecurityPolicy] =
        "default-src 'self'; style-src 'self' 'unsafe-inline'; base-uri 'none'; frame-ancestors 'self'"
    }
    return .bytes(bytes, type: type, headers: headers)
  }
}
