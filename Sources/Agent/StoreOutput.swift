import Delivery
import Store

/// Puts batches into the store of this process: durable when `send` returns.
struct StoreOutput: Output {
  let store: Store

  func prepare(_ request: borrowing RequestPieces) -> any PreparedBatch {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(request.byteCount)
    for piece in request.pieces { bytes.append(contentsOf: piece) }
    return PreparedStorePush(store: store, bytes: bytes)
  }
}

private struct PreparedStorePush: PreparedBatch {
  let store: Store
  let bytes: [UInt8]

  var wireBytes: Int { bytes.count }

  func wireForm() -> [UInt8] { bytes }

  func send(tenant: String?) async -> SendOutcome {
    do {
      let result = try await store.push(protobuf: bytes)
      if result.accepted == 0, let rejection = result.rejections.first {
        return .rejected(status: 400, reason: rejection.reason)
      }
      return .delivered(status: 204)
    } catch let error as PushError {
      return .rejected(status: 400, reason: error.description)
    } catch {
      // Such as a full disk: the lines wait in their files.
      return .failed(status: 507, reason: String(describing: error), retryAfter: nil)
    }
  }
}
