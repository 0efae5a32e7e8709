import NIOCore
import NIOHTTP1
import NIOPosix

/// A request to an `http:` address by way of a proxy. Its first line names the whole URL (RFC 9112, section 3.2.2): tunnels
/// are for TLS, and many proxies refuse them for anything else. One connection serves one request, and redirects are
/// answers.
struct ProxiedExchange {
  let proxy: ProxySettings.Server
  let head: HTTPRequestHead
  let body: ByteBuffer?
  let timeout: Int64
  let kept: Int

  func run() async throws -> WebAnswer {
    try await withThrowingTaskGroup(of: WebAnswer.self) { group in
      group.addTask { try await exchange() }
      group.addTask {
        try await Task.sleep(for: .nanoseconds(timeout))
        throw WebClientError("no answer within \(timeout / 1_000_000) ms")
      }
      defer { group.cancelAll() }
      guard let answer = try await group.next() else { throw CancellationError() }
      return answer
    }
  }

  private func exchange() async throws -> WebAnswer {
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connect(host: proxy.host, port: proxy.port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHTTPClientHandlers()
          try channel.pipeline.syncOperations.addHandler(BufferParts())
          return try NIOAsyncChannel<HTTPClientResponsePart, HTTPPart<HTTPRequestHead, ByteBuffer>>(
            wrappingChannelSynchronously: channel)
        }
      }
    return try await channel.executeThenClose { inbound, outbound in
      try await outbound.write(.head(head))
      if let body { try await outbound.write(.body(body)) }
      try await outbound.write(.end(nil))
      var answer = WebAnswer(status: 0, headers: [], body: ByteBuffer())
      for try await part in inbound {
        switch part {
        case .head(let head):
          answer.status = Int(head.status.code)
          answer.headers = head.headers.map { RequestHeader($0.name, $0.value) }
        case .body(let bytes): answer.keep(bytes, atMost: kept)
        case .end: return answer
        }
      }
      throw WebClientError("the proxy closed the connection")
    }
  }
}

/// Makes of bodies what the encoder takes.
private final class BufferParts: ChannelOutboundHandler {
  typealias OutboundIn = HTTPPart<HTTPRequestHead, ByteBuffer>
  typealias OutboundOut = HTTPClientRequestPart

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let part: HTTPClientRequestPart =
      switch unwrapOutboundIn(data) {
      case .head(let head): .head(head)
      case .body(let bytes): .body(.byteBuffer(bytes))
      case .end(let trailers): .end(trailers)
      }
    context.write(wrapOutboundOut(part), promise: promise)
  }
}
