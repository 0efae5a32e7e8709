/// A push request, logproto.PushRequest in wire form, in pieces that follow one another. They stay where the entries were
/// written, and are valid only while the batch is being sealed.
public struct RequestPieces: ~Copyable {
  public private(set) var pieces: [UnsafeBufferPointer<UInt8>] = []
  public private(set) var byteCount = 0

  init(capacity: Int) { pieces.reserveCapacity(capacity) }

  mutating func append(_ base: UnsafePointer<UInt8>, _ count: Int) {
    pieces.append(UnsafeBufferPointer(start: base, count: count))
    byteCount += count
  }
}

/// What carries a batch to where it is kept: Loki over HTTP, or the store in this process.
public protocol Output: Sendable {
  /// Puts a request in the form that goes over the wire, once, however often it is sent. Called by the worker that wrote
  /// the entries, while they are still in its cache.
  func prepare(_ request: borrowing RequestPieces) -> any PreparedBatch
}

/// A batch that can be sent, again and again until it is taken.
public protocol PreparedBatch: Sendable {
  /// Bytes that go over the wire.
  var wireBytes: Int { get }
  /// - Parameter tenant: nil or empty for none.
  func send(tenant: String?) async -> SendOutcome
  /// The request as it was before it was prepared.
  func wireForm() -> [UInt8]
}

/// What became of one attempt.
public enum SendOutcome: Sendable {
  case delivered(status: Int)
  /// No fault of the data: try again.
  /// - Parameters:
  ///   - status: -1 when there was no answer.
  ///   - retryAfter: nanoseconds.
  case failed(status: Int, reason: String, retryAfter: Int64?)
  /// The data is refused for good.
  case rejected(status: Int, reason: String)
  /// The request is too large; smaller ones may pass.
  case tooLarge(status: Int, reason: String)

  public var status: Int {
    switch self {
    case .delivered(let status), .rejected(let status, _), .tooLarge(let status, _): status
    case .failed(let status, _, _): status
    }
  }
}
