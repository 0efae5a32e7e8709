import NIOCore
import NIOPosix

@testable import Discovery

/// A name server on a free port, by UDP and TCP, with an answer for each name.
struct FakeNameServer {
  struct Record: Sendable {
    var type: UInt16
    var data: [UInt8]
    init(_ type: UInt16, _ data: [UInt8]) {
      self.type = type
      self.data = data
    }
  }

  struct Answer: Sendable {
    var status: UInt8 = 0
    /// Records with their type and data.
    var records: [Record] = []
    /// By UDP nothing but the mark that there is more.
    var isTooLong = false
  }

  let port: Int
  private let datagrams: any Channel
  private let streams: any Channel

  init(_ answers: [String: Answer]) async throws {
    let group = MultiThreadedEventLoopGroup.singleton
    streams = try await ServerBootstrap(group: group)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(StreamHandler(answers: answers))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    port = streams.localAddress!.port!
    datagrams = try await DatagramBootstrap(group: group)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(DatagramHandler(answers: answers))
        }
      }
      .bind(host: "127.0.0.1", port: port).get()
  }

  func close() async throws {
    try await datagrams.close()
    try await streams.close()
  }

  var configuration: ResolverConfiguration {
    var configuration = ResolverConfiguration(servers: [.init(host: "127.0.0.1", port: port)])
    // Other tests may keep both cores, and so this server, busy.
    configuration.timeout = 30
    configuration.attempts = 1
    return configuration
  }

  static func name(_ text: String) -> [UInt8] {
    text.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
  }

  /// The answer to a question; records name the question's name by a pointer.
  static func reply(_ question: [UInt8], _ answers: [String: Answer], isStream: Bool) -> [UInt8] {
    var at = 12
    var labels: [String] = []
    while question[at] != 0 {
      labels.append(String(decoding: question[(at + 1)...(at + Int(question[at]))], as: UTF8.self))
      at += 1 + Int(question[at])
    }
    let answer = answers[labels.joined(separator: ".")] ?? Answer(status: 3)
    let isCut = answer.isTooLong && !isStream
    let records = isCut ? [] : answer.records
    var out: [UInt8] = [question[0], question[1], isCut ? 0x83 : 0x81, 0x80 | answer.status, 0, 1]
    out += [0, UInt8(records.count), 0, 0, 0, 0]
    out += question[12..<(at + 5)]
    for record in records {
      out += [0xC0, 12, UInt8(record.type >> 8), UInt8(record.type & 0xFF), 0, 1, 0, 0, 0, 60]
      out += [UInt8(record.data.count >> 8), UInt8(record.data.count & 0xFF)] + record.data
    }
    return out
  }
}

private final class DatagramHandler: ChannelInboundHandler {
  typealias InboundIn = AddressedEnvelope<ByteBuffer>
  typealias OutboundOut = AddressedEnvelope<ByteBuffer>
  private let answers: [String: FakeNameServer.Answer]
  init(answers: [String: FakeNameServer.Answer]) { self.answers = answers }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let question = unwrapInboundIn(data)
    let reply = FakeNameServer.reply(Array(question.data.readableBytesView), answers, isStream: false)
    context.writeAndFlush(
      wrapOutboundOut(AddressedEnvelope(remoteAddress: question.remoteAddress, data: ByteBuffer(bytes: reply))),
      promise: nil)
  }
}

private final class StreamHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer
  private let answers: [String: FakeNameServer.Answer]
  init(answers: [String: FakeNameServer.Answer]) { self.answers = answers }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let question = Array(unwrapInboundIn(data).readableBytesView.dropFirst(2))
    let reply = FakeNameServer.reply(question, answers, isStream: true)
    var out = ByteBuffer(integer: UInt16(reply.count))
    out.writeBytes(reply)
    context.writeAndFlush(wrapOutboundOut(out), promise: nil)
  }
}
