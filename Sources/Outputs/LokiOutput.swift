import Bytes
import CSnappy
public import Delivery
public import HTTPEdge
import NIOCore
import Synchronization

/// Sends batches to Loki: `POST` of a snappy-compressed logproto.PushRequest (Loki's HTTP API).
public struct LokiOutput: Output {
  let client: PushClient
  private let workshop = Workshop()

  public init(client: PushClient) { self.client = client }

  public func prepare(_ request: borrowing RequestPieces) -> any PreparedBatch {
    let bound = SnappyEncoder.bound(request.byteCount)
    let encoder = workshop.takeEncoder()
    var body = workshop.takeBody()
    body.clear(minimumCapacity: bound)
    body.writeWithUnsafeMutableBytes(minimumWritableBytes: bound) { out in
      request.pieces.withUnsafeBufferPointer {
        encoder.compress(
          $0, count: request.byteCount, into: out.baseAddress!.assumingMemoryBound(to: UInt8.self))
      }
    }
    workshop.give(encoder)
    return PreparedPush(client: client, body: body, workshop: workshop)
  }
}

/// Encoders that nobody uses, and buffers of requests that are done with: a new one for each would cost a page fault for
/// each of its pages.
private final class Workshop: Sendable {
  private struct State {
    var bodies: [NIOCore.ByteBuffer] = []
    var encoders: [SnappyEncoder] = []
  }
  private let state = Mutex(State())
  private static let limit = 4

  func takeBody() -> NIOCore.ByteBuffer { state.withLock { $0.bodies.popLast() } ?? NIOCore.ByteBuffer() }

  func give(_ body: NIOCore.ByteBuffer) {
    state.withLock { if $0.bodies.count < Self.limit { $0.bodies.append(body) } }
  }

  func takeEncoder() -> SnappyEncoder { state.withLock { $0.encoders.popLast() } ?? SnappyEncoder() }

  func give(_ encoder: SnappyEncoder) {
    state.withLock { if $0.encoders.count < Self.limit { $0.encoders.append(encoder) } }
  }
}

/// A compressed request, sent as often as it takes.
private final class PreparedPush: PreparedBatch {
  private let client: PushClient
  private let body: NIOCore.ByteBuffer
  private let workshop: Workshop

  init(client: PushClient, body: NIOCore.ByteBuffer, workshop: Workshop) {
    self.client = client
    self.body = body
    self.workshop = workshop
  }

  deinit { workshop.give(body) }

  var wireBytes: Int { body.readableBytes }

  func wireForm() -> [UInt8] {
    body.withUnsafeReadableBytes { raw in
      let bytes = raw.bindMemory(to: UInt8.self)
      let count = csnappy_uncompressed_length(bytes.baseAddress, bytes.count)
      guard count >= 0 else { return [] }
      return [UInt8](unsafeUninitializedCapacity: Int(count)) { out, filled in
        filled = csnappy_uncompress(bytes.baseAddress, bytes.count, out.baseAddress) == 1 ? Int(count) : 0
      }
    }
  }

  func send(tenant: String?) async -> SendOutcome {
    do {
      let answer = try await client.post(body, contentType: "application/x-protobuf", tenant: tenant)
      switch answer.status {
      case 200..<300: return .delivered(status: answer.status)
      case 413: return .tooLarge(status: 413, reason: answer.reason)
      // Faults of the set-up or of the moment, not of the data: docs/deviations.md.
      case 300..<400, 401, 403, 404, 405, 407, 408, 429, 500...:
        return .failed(status: answer.status, reason: answer.reason, retryAfter: answer.retryAfter)
      default: return .rejected(status: answer.status, reason: answer.reason)
      }
    } catch {
      return .failed(status: -1, reason: String(describing: error), retryAfter: nil)
    }
  }
}
