import NIOCore
import NIOPosix

/// Asks name servers by UDP, and by TCP where the answer was cut.
struct DNSClient: Sendable {
  let configuration: ResolverConfiguration

  /// The records of a name, search domains tried in order.
  /// - Returns: nothing when there is no such name or it has no such records.
  /// - Throws: when no server gave a usable answer for one of the names.
  func lookup(_ name: String, _ type: DNSMessage.RecordType) async throws -> [DNSMessage.Record] {
    var failure: DiscoveryError?
    for candidate in configuration.candidates(name) {
      do {
        let answers = try await ask(candidate, type)
        if !answers.isEmpty { return answers }
      } catch {
        failure = DiscoveryError("\(error)")
      }
    }
    if let failure { throw failure }
    return []
  }

  private func ask(_ name: String, _ type: DNSMessage.RecordType) async throws -> [DNSMessage.Record] {
    var failure = DiscoveryError("\(name): no name server")
    for _ in 0..<configuration.attempts {
      for server in configuration.servers {
        do {
          let answer = try await ask(name, type, server)
          // 3: the name does not exist, which is an answer.
          if answer.status == 0 || answer.status == 3 { return answer.answers }
          failure = DiscoveryError("\(name): \(server.host) answered with the DNS error \(answer.status)")
        } catch {
          failure = DiscoveryError("\(name): \(server.host) gave no answer: \(error)")
        }
      }
    }
    throw failure
  }

  private func ask(_ name: String, _ type: DNSMessage.RecordType, _ server: ResolverConfiguration.Server) async throws
    -> DNSMessage
  {
    let id = UInt16.random(in: .min ... .max)
    guard let question = DNSMessage.question(id: id, name: name, type: type) else {
      throw DiscoveryError("it is no name that the DNS can hold")
    }
    let address = try SocketAddress(ipAddress: server.host, port: server.port)
    let answer = try await within { try await udp(question, id, address) }
    return answer.isTruncated ? try await within { try await tcp(question, id, address) } : answer
  }

  private func within(_ body: @escaping @Sendable () async throws -> DNSMessage) async throws -> DNSMessage {
    let seconds = configuration.timeout
    return try await withThrowingTaskGroup(of: DNSMessage.self) { group in
      group.addTask { try await body() }
      group.addTask {
        try await Task.sleep(for: .seconds(seconds))
        throw DiscoveryError("nothing within \(seconds) s")
      }
      defer { group.cancelAll() }
      guard let first = try await group.next() else { throw CancellationError() }
      return first
    }
  }

  private func udp(_ question: [UInt8], _ id: UInt16, _ address: SocketAddress) async throws -> DNSMessage {
    let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connect(to: address) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<AddressedEnvelope<ByteBuffer>, AddressedEnvelope<ByteBuffer>>(
            wrappingChannelSynchronously: channel)
        }
      }
    return try await channel.executeThenClose { inbound, outbound in
      try await outbound.write(AddressedEnvelope(remoteAddress: address, data: ByteBuffer(bytes: question)))
      for try await envelope in inbound {
        // What answers another question, or nothing, is passed over.
        if let answer = DNSMessage(Array(envelope.data.readableBytesView)), answer.id == id { return answer }
      }
      throw DiscoveryError("the socket was closed")
    }
  }

  private func tcp(_ question: [UInt8], _ id: UInt16, _ address: SocketAddress) async throws -> DNSMessage {
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connect(to: address) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    return try await channel.executeThenClose { inbound, outbound in
      var message = ByteBuffer()
      message.writeInteger(UInt16(question.count))
      message.writeBytes(question)
      try await outbound.write(message)
      var got = ByteBuffer()
      for try await part in inbound {
        var part = part
        got.writeBuffer(&part)
        guard let length = got.getInteger(at: got.readerIndex, as: UInt16.self),
          let bytes = got.getBytes(at: got.readerIndex + 2, length: Int(length))
        else { continue }
        guard let answer = DNSMessage(bytes), answer.id == id else { throw DiscoveryError("a malformed answer") }
        return answer
      }
      throw DiscoveryError("the connection was closed before the answer was whole")
    }
  }
}
