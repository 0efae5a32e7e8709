import CSnappy
public import Delivery
public import HTTPEdge
import NIOCore

/// Sends batches to Loki: `POST` of a snappy-compressed logproto.PushRequest (Loki's HTTP API).
public struct LokiOutput: Output {
  let client: PushClient

  public init(client: PushClient) { self.client = client }

  public func prepare(_ batch: SealedBatch, tenant: String?) -> any PreparedBatch {
    let bound = csnappy_bound(batch.wireLength)
    var body = ByteBufferAllocator().buffer(capacity: bound)
    body.writeWithUnsafeMutableBytes(minimumWritableBytes: bound) { out in
      batch.withPieces { pieces in
        let raw = pieces.map { csnappy_piece(bytes: $0.baseAddress, count: $0.count) }
        return csnappy_compress(raw, raw.count, out.baseAddress!.assumingMemoryBound(to: UInt8.self))
      }
    }
    return PreparedPush(client: client, body: body, tenant: tenant)
  }
}

/// A compressed request, sent as often as it takes.
private struct PreparedPush: PreparedBatch {
  let client: PushClient
  let body: ByteBuffer
  let tenant: String?

  var wireBytes: Int { body.readableBytes }

  func send() async -> SendOutcome {
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
