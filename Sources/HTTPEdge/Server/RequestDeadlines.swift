import NIOCore
import NIOHTTPTypes

/// Closes connections of clients that take longer than they may.
final class RequestDeadlines: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let head: TimeAmount?
  private let request: TimeAmount?
  private let answer: TimeAmount?
  private let onOpen: @Sendable (Int) -> Void
  private var deadline: Scheduled<Void>?

  /// - Parameter onOpen: told 1 when the connection opens, -1 when it closes.
  init(_ options: ServerOptions, onOpen: @escaping @Sendable (Int) -> Void) {
    func time(_ nanoseconds: Int64?) -> TimeAmount? { nanoseconds.map { .nanoseconds($0) } }
    head = time(options.readHeaderTimeout ?? options.readTimeout)
    request = time(options.readTimeout)
    answer = time(options.writeTimeout)
    self.onOpen = onOpen
  }

  private func arm(_ time: TimeAmount?, _ context: ChannelHandlerContext) {
    deadline?.cancel()
    let channel = context.channel
    deadline = time.map { context.eventLoop.scheduleTask(in: $0) { channel.close(promise: nil) } }
  }

  func handlerAdded(context: ChannelHandlerContext) {
    onOpen(1)
    arm(head, context)
  }

  func channelInactive(context: ChannelHandlerContext) {
    onOpen(-1)
    deadline?.cancel()
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head: arm(request, context)
    case .body: break
    case .end: arm(answer, context)
    }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    // What comes between two requests is the server's idle timeout.
    if case .end = unwrapOutboundIn(data) { deadline?.cancel() }
    context.write(data, promise: promise)
  }
}
