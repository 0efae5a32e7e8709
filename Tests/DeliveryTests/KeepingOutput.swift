import LogModel

@testable import Delivery

/// Keeps requests as they are and takes all of them.
struct KeepingOutput: Output {
  func prepare(_ request: borrowing RequestPieces) -> any PreparedBatch {
    KeptRequest(bytes: request.pieces.flatMap { Array($0) })
  }
}

private struct KeptRequest: PreparedBatch {
  let bytes: [UInt8]
  var wireBytes: Int { bytes.count }
  func wireForm() -> [UInt8] { bytes }
  func send(tenant: String?) async -> SendOutcome { .delivered(status: 204) }
}

extension BatchBuilder {
  mutating func seal(_ labels: (StreamID) -> [UInt8]) -> SealedBatch {
    seal(labels: labels, prepare: { KeepingOutput().prepare($0) })
  }
}
