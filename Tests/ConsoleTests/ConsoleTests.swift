import AsyncHTTPClient
import Console
import HTTPEdge
import Hummingbird
import NIOCore
import NIOHTTP1
import Testing

@Suite struct ConsoleTests {
  private func served(_ body: (String) async throws -> Void) async throws {
    let router = WebRouter()
    router.add(middleware: PlainTextErrors())
    Console { ConsoleStatus(files: 3, lagSeconds: .nan, storeBytes: 5, problems: ["a \"quoted\" one"]) }
      .addRoutes(to: router)
    let server = try await HTTPServer(address: ListenAddress(parsing: "127.0.0.1:0"), router: router).start()
    do {
      try await body("http://\(server.address)")
    } catch {
      await server.stop()
      throw error
    }
    await server.stop()
  }

  private func get(_ url: String, _ headers: [(String, String)] = []) async throws -> (HTTPClientResponse, String) {
    var request = HTTPClientRequest(url: url)
    request.headers.add(contentsOf: .init(headers))
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
    return (response, String(buffer: try await response.body.collect(upTo: 1 << 22)))
  }

  /// Every file that a page refers to is served, and nothing comes from elsewhere.
  @Test func pagesAreWhole() async throws {
    try await served { url in
      var waiting = ["/"]
      var seen: Set<String> = []
      while let path = waiting.popLast() {
        guard seen.insert(path).inserted else { continue }
        let (response, text) = try await get(url + path)
        #expect(response.status == .ok, "\(path)")
        #expect(!text.contains("https://"), "\(path)")
        for match in text.matches(of: /(?:src|href)="([\w.]+\.(?:js|css|svg))"|from '\.\/([\w.]+)'/) {
          waiting.append("/" + String(match.1 ?? match.2 ?? ""))
        }
      }
      #expect(seen.count == 12)
    }
  }

  @Test func filesAreNotSentTwice() async throws {
    try await served { url in
      let (first, _) = try await get(url + "/app.js")
      let tag = try #require(first.headers.first(name: "etag"))
      let (second, text) = try await get(url + "/app.js", [("If-None-Match", tag)])
      #expect(second.status == .notModified && text.isEmpty)
    }
  }

  @Test func statusLeavesOutWhatIsNotKnown() async throws {
    try await served { url in
      let (_, text) = try await get(url + "/api/status")
      #expect(text == #"{"files":3,"lagSeconds":null,"storeBytes":5,"problems":["a \"quoted\" one"]}"#)
    }
  }
}
