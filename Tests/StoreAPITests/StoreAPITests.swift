import AsyncHTTPClient
import Bytes
import CSnappy
import FoundationEssentials
import HTTPEdge
import Hummingbird
import LogModel
import NIOCore
import NIOHTTP1
import Store
import StoreAPI
import Testing

/// A store behind its API on a free port.
struct Served {
  let url: String
  let store: Store
  let directory: String
  let server: RunningHTTPServer

  static func with(_ body: (Served) async throws -> Void) async throws {
    let directory = FileManager.default.temporaryDirectory.path + "/swiftail-api-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: directory) }
    var pace = StorePace()
    pace.maintenanceInterval = nil
    let store = try await Store.open(directory: directory, pace: pace)
    let router = WebRouter()
    router.add(middleware: PlainTextErrors())
    let api = StoreAPI(store: store)
    api.addRoutes(to: router)
    api.addReadyRoute(to: router)
    let server = try await HTTPServer(address: ListenAddress(parsing: "127.0.0.1:0"), router: router).start()
    let served = Served(url: "http://\(server.address)", store: store, directory: directory, server: server)
    do {
      try await body(served)
    } catch {
      await server.stop()
      await store.close()
      throw error
    }
    await server.stop()
    await store.close()
  }

  func send(
    _ method: HTTPRequestMethod, _ path: String, body: [UInt8]? = nil, _ headers: [String: String] = [:]
  ) async throws -> (status: Int, text: String) {
    var request = HTTPClientRequest(url: url + path)
    request.method = method == .post ? .POST : .GET
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    if let body { request.body = .bytes(body) }
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
    let text = String(buffer: try await response.body.collect(upTo: 1 << 24))
    return (Int(response.status.code), text)
  }

  enum HTTPRequestMethod { case get, post }

  func get(_ path: String, _ parameters: [(String, String)] = []) async throws -> (status: Int, text: String) {
    let query = parameters.map { "\(escape($0.0))=\(escape($0.1))" }.joined(separator: "&")
    return try await send(.get, path + (query.isEmpty ? "" : "?\(query)"))
  }

  func escape(_ text: String) -> String {
    text.utf8.map { byte in
      (48...57).contains(byte) || (97...122).contains(byte) || byte == 95
        ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }

  func push(_ json: String) async throws -> (status: Int, text: String) {
    try await send(
      .post, "/loki/api/v1/push", body: Array(json.utf8), ["Content-Type": "application/json"])
  }
}

func snappy(_ bytes: [UInt8]) -> [UInt8] {
  bytes.withUnsafeBufferPointer { input in
    var piece = csnappy_piece(bytes: input.baseAddress, count: input.count)
    return [UInt8](unsafeUninitializedCapacity: csnappy_bound(input.count)) { out, count in
      count = csnappy_compress(&piece, 1, out.baseAddress)
    }
  }
}

@Suite struct StoreAPITests {
  static let api = "/loki/api/v1"

  @Test func pushAndQueryInLokisShapes() async throws {
    try await Served.with { served in
      #expect(
        try await served.push(
          #"{"streams":[{"stream":{"job":"a"},"values":[["1000000000","one\t\u00e9"],["2000000000","two",{"trace":"x"}]]}]}"#
        ).status == 204)
      let query = [("query", #"{job="a"}"#), ("start", "0"), ("end", "10")]
      let streams = try await served.get("\(Self.api)/query_range", query + [("direction", "forward")])
      #expect(streams.status == 200)
      #expect(
        streams.text
          == #"{"status":"success","data":{"resultType":"streams","result":[{"stream":{"job":"a"},"values":[["1000000000","one\té"]]},{"stream":{"job":"a","trace":"x"},"values":[["2000000000","two"]]}],"stats":{}}}"#
      )
      let categorized = try await served.send(
        .get, "\(Self.api)/query_range?query=\(served.escape(#"{job="a"}"#))&start=2&end=10", body: nil,
        ["X-Loki-Response-Encoding-Flags": "categorize-labels"])
      #expect(
        categorized.text
          == #"{"status":"success","data":{"resultType":"streams","encodingFlags":["categorize-labels"],"result":[{"stream":{"job":"a"},"values":[["2000000000","two",{"structuredMetadata":{"trace":"x"}}]]}],"stats":{}}}"#
      )
      let matrix = try await served.get(
        "\(Self.api)/query_range",
        [("query", #"sum(count_over_time({job="a"}[1s]))"#), ("start", "1"), ("end", "3"), ("step", "1")])
      #expect(
        matrix.text
          == #"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"1"],[2,"1"]]}],"stats":{}}}"#
      )
      let vector = try await served.get(
        "\(Self.api)/query", [("query", #"sum by (job) (rate({job="a"}[4s]))"#), ("time", "2")])
      #expect(
        vector.text
          == #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"job":"a"},"value":[2,"0.5"]}],"stats":{}}}"#
      )
    }
  }

  @Test func catalog() async throws {
    try await Served.with { served in
      _ = try await served.push(
        #"{"streams":[{"stream":{"job":"a","env":"p"},"values":[["1000000000","x"]]},{"stream":{"job":"b"},"values":[["1000000000","y"]]}]}"#
      )
      let span = [("start", "0"), ("end", "10")]
      #expect(try await served.get("\(Self.api)/labels", span).text == #"{"status":"success","data":["env","job"]}"#)
      #expect(
        try await served.get("\(Self.api)/label/job/values", span).text == #"{"status":"success","data":["a","b"]}"#)
      #expect(try await served.get("\(Self.api)/label/none/values", span).text == #"{"status":"success"}"#)
      #expect(
        try await served.get("\(Self.api)/series", span + [("match[]", #"{env="p"}"#)]).text
          == #"{"status":"success","data":[{"env":"p","job":"a"}]}"#)
      #expect(
        try await served.get("\(Self.api)/index/stats", span + [("query", #"{job=~".+"}"#)]).text
          == #"{"streams":2,"chunks":2,"bytes":2,"entries":2}"#)
      #expect(
        try await served.get("/api/labels", span).text
          == #"{"labels":[{"name":"env","values":[{"value":"p","entries":1}]},{"name":"job","values":[{"value":"a","entries":1},{"value":"b","entries":1}]}]}"#
      )
      #expect(try await served.get("/ready").text == "ready\n")
      #expect(try await served.get("\(Self.api)/nothing").text == "404 page not found\n")
      let everything = span + [("query", "{}")]
      #expect(try await served.get("/api/query_range", everything).status == 200)
      #expect(try await served.get("\(Self.api)/query_range", everything).status == 400)
    }
  }

  static let refused: [([(String, String)], String)] = [
    ([("query", #"{job="#)], "parse error at line 1, col 6: syntax error: unexpected $end, expecting STRING"),
    ([("query", #"{job="a"} | json"#)], "not supported at line 1, col 13: stage \"| json\""),
    ([("query", #"{job="a"}"#), ("limit", "many")], #"strconv.Atoi: parsing "many": invalid syntax"#),
    ([("query", #"{job="a"}"#), ("limit", "0")], "limit must be a positive value"),
    ([("query", #"{job="a"}"#), ("limit", "5001")], "max entries limit per query exceeded"),
    ([("query", #"{job="a"}"#), ("direction", "up")], "invalid direction 'up'"),
    (
      [("query", #"{job="a"}"#), ("start", "yesterday")],
      #"could not parse 'start' parameter: strconv.ParseInt: parsing "yesterday": invalid syntax"#
    ),
    (
      [("query", #"{job="a"}"#), ("start", "2026-01-15T11:00:00Z"), ("end", "2026-01-15T10:00:00Z")],
      "end timestamp must not be before or equal to start time"
    ),
    ([("query", "vector(1)"), ("step", "0")], "zero or negative query resolution step widths are not accepted"),
    ([("query", "vector(1)"), ("step", "often")], #"cannot parse "often" to a valid duration"#),
    (
      [("query", "vector(1)"), ("start", "0"), ("end", "20000"), ("step", "1")],
      "exceeded maximum resolution of 11,000 points per time series"
    ),
  ]

  @Test func badRequestsAreRefusedAsLokiDoes() async throws {
    try await Served.with { served in
      for (parameters, text) in Self.refused {
        let answer = try await served.get("\(Self.api)/query_range", parameters)
        #expect(answer.status == 400)
        #expect(answer.text.hasPrefix(text), "\(answer.text)")
      }
    }
  }

  /// Numbers at the ends of their range are answered, not fallen over.
  @Test func extremeNumbersAreAnswered() async throws {
    try await Served.with { served in
      _ = try await served.push(
        #"{"streams":[{"stream":{"job":"a"},"values":[["-9223372036854775808","x"],["0","y"]]}]}"#)
      let times = ["9999999999", "-999999999", "9223372036854775807", "-9223372036854775808", "99999999999.5", "0"]
      let queries = [
        #"{job="a"}"#, #"count_over_time({job="a"}[292y])"#, #"rate({job="a"}[1ns] offset 290y)"#, "1 / 0", "9e999",
      ]
      for query in queries {
        for start in times {
          for end in times {
            let parameters = [("query", query), ("start", start), ("end", end), ("step", "1e9"), ("limit", "5000")]
            for path in ["query_range", "query", "labels", "index/volume"] {
              let answer = try await served.get(
                "\(Self.api)/\(path)", parameters + [("time", start), ("since", "290y")])
              #expect(answer.status == 200 || answer.status == 400)
            }
          }
        }
      }
    }
  }

  @Test func pushesInAllForms() async throws {
    try await Served.with { served in
      var buffer = Bytes.ByteBuffer()
      buffer.appendPushStream(labels: #"{job="pb"}"#, entries: [(1_000_000_000, Array("line".utf8), [])])
      let protobuf = Array(buffer.bytes)
      let type = ["Content-Type": "application/x-protobuf"]
      #expect(try await served.send(.post, "\(Self.api)/push", body: snappy(protobuf), type).status == 204)
      let bare = try await served.send(.post, "\(Self.api)/push", body: protobuf, type)
      #expect(bare.status == 400 && bare.text == "snappy: corrupt input\n")
      let untyped = try await served.send(.post, "\(Self.api)/push", body: snappy(protobuf))
      #expect(untyped.status == 400 && untyped.text == "mime: no media type\n")
      // gzip of {"streams":[{"stream":{"job":"gz"},"values":[["1000000000","zipped"]]}]}, stored without compression
      let json = Array(#"{"streams":[{"stream":{"job":"gz"},"values":[["1000000000","zipped"]]}]}"#.utf8)
      let zipped = try await served.send(
        .post, "\(Self.api)/push", body: storedGzip(json),
        ["Content-Type": "application/json", "Content-Encoding": "gzip"])
      #expect(zipped.status == 204)
      let notGzip = try await served.send(
        .post, "\(Self.api)/push", body: json, ["Content-Type": "application/json", "Content-Encoding": "gzip"])
      #expect(notGzip.status == 400 && notGzip.text == "gzip: invalid header\n")
      #expect(try await served.push("{}").status == 422)
      #expect(try await served.push("").text == "EOF\n")
      #expect(try await served.push("nope").status == 400)
      let partly = try await served.push(
        #"{"streams":[{"stream":{"job":"ok"},"values":[["1","x"]]},{"stream":{"a-b":"1"},"values":[["1","x"]]}]}"#)
      #expect(
        partly.status == 400
          && partly.text == "couldn't parse labels: 1:3: parse error: unexpected character inside braces: '-'\n")
      #expect(
        try await served.store.series(nil, in: .all).map(\.text) == [#"{job="gz"}"#, #"{job="ok"}"#, #"{job="pb"}"#])
    }
  }

  /// A gzip file of one stored block.
  private func storedGzip(_ bytes: [UInt8]) -> [UInt8] {
    var crc: UInt32 = .max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    func little(_ value: UInt32, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt32($0 * 8)) }
    }
    let count = UInt32(bytes.count)
    return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1] + little(count, 2) + little(~count, 2) + bytes + little(~crc, 4)
      + little(count, 4)
  }

  @Test func liveTailIsServerSentEvents() async throws {
    try await Served.with { served in
      let request = HTTPClientRequest(url: served.url + "/api/tail?query=" + served.escape(#"{job="live"}"#))
      let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
      #expect(response.headers.first(name: "content-type") == "text/event-stream")
      var text = ""
      var isPushed = false
      for try await part in response.body {
        text += String(buffer: part)
        // The first comment says that the tail is open.
        if !isPushed {
          isPushed = true
          _ = try await served.push(#"{"streams":[{"stream":{"job":"live"},"values":[["5","now"]]}]}"#)
        }
        if text.contains("data:") { break }
      }
      #expect(text.contains(#"data: {"streams":[{"stream":{"job":"live"},"values":[["5","now",{}]]}],"dropped":0}"#))
    }
  }

  /// A page that is open does not keep the server from stopping.
  @Test func stoppingEndsLiveTails() async throws {
    try await Served.with { served in
      let request = HTTPClientRequest(url: served.url + "/api/tail?query=" + served.escape(#"{job="live"}"#))
      let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
      var isOpen = false
      for try await _ in response.body where !isOpen {
        isOpen = true
        Task { await served.server.stop() }
      }
      #expect(isOpen)
    }
  }

  @Test func portInUseIsSaid() async throws {
    try await Served.with { served in
      let error = await #expect(throws: HTTPServerError.self) {
        _ = try await HTTPServer(address: served.server.address, router: WebRouter()).start()
      }
      #expect(error == .portInUse(served.server.address))
    }
  }

  @Test func listenAddresses() throws {
    #expect(try ListenAddress(parsing: "127.0.0.1:3100") == ListenAddress(host: "127.0.0.1", port: 3100))
    #expect(try ListenAddress(parsing: ":80") == ListenAddress(host: "0.0.0.0", port: 80))
    #expect(try ListenAddress(parsing: "[::1]:80").description == "[::1]:80")
    for bad in ["", "80", "host:", "host:port", "host:70000", "::1:80"] {
      #expect(throws: HTTPServerError.badAddress(bad)) { try ListenAddress(parsing: bad) }
    }
  }
}
