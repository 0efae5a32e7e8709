import HTTPTypes
public import Hummingbird
import NIOCore
import ServiceLifecycle

extension Response {
  /// A body of bytes.
  public static func bytes(
    _ bytes: [UInt8], type: String, status: HTTPResponse.Status = .ok, headers: [HTTPField.Name: String] = [:]
  ) -> Response {
    var fields = HTTPFields()
    fields[.contentType] = type
    for (name, value) in headers { fields[name] = value }
    return Response(status: status, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }

  public static func json(_ bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
    .bytes(bytes, type: "application/json; charset=UTF-8", status: status)
  }

  public static func text(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
    .bytes(Array(text.utf8), type: "text/plain; charset=utf-8", status: status)
  }

  /// Server-sent events, one for each string, until the stream ends, the client goes or the server shuts down. A comment
  /// every 15 seconds keeps the connection alive and finds out whether the client is still there.
  public static func events(_ events: AsyncStream<String>) -> Response {
    var fields = HTTPFields()
    fields[.contentType] = "text/event-stream"
    fields[.cacheControl] = "no-store"
    let body = ResponseBody { writer in
      let (merged, continuation) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingOldest(4096))
      let source = Task {
        for await event in events { continuation.yield("data: \(event)\n\n") }
        continuation.finish()
      }
      let pulse = Task {
        while !Task.isCancelled {
          continuation.yield(": still here\n\n")
          try? await Task.sleep(for: .seconds(15))
        }
      }
      defer {
        source.cancel()
        pulse.cancel()
      }
      for await text in merged.cancelOnGracefulShutdown() {
        try await writer.write(ByteBuffer(string: text))
      }
      try await writer.finish(nil)
    }
    return Response(status: .ok, headers: fields, body: body)
  }
}

extension Request {
  /// The whole body.
  ///
  /// - Throws: `HTTPError` with status 413 when it is longer than `limit` bytes.
  public func bytes(limit: Int) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    if let length = headers[.contentLength].flatMap({ Int($0) }) {
      guard length <= limit else { throw Request.tooLarge(limit) }
      bytes.reserveCapacity(length)
    }
    for try await part in body {
      guard bytes.count + part.readableBytes <= limit else { throw Request.tooLarge(limit) }
      part.withUnsafeReadableBytes { bytes.append(contentsOf: $0) }
    }
    return bytes
  }

  private static func tooLarge(_ limit: Int) -> HTTPError {
    HTTPError(.contentTooLarge, message: "request body too large: at most \(limit) bytes are taken")
  }
}

/// Answers errors as Loki and Promtail do: as plain text.
public struct PlainTextErrors: RouterMiddleware {
  public typealias Context = BasicRequestContext

  public init() {}

  public func handle(
    _ request: Request, context: BasicRequestContext,
    next: (Request, BasicRequestContext) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch let error as HTTPError {
      let text = error.body ?? (error.status == .notFound ? "404 page not found" : error.status.reasonPhrase)
      return .text(text + "\n", status: error.status)
    }
  }
}
