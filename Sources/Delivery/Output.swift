/// What carries a batch to where it is kept: Loki over HTTP, or the store in this process.
public protocol Output: Sendable {
  /// Puts the batch in the form that goes over the wire, once, however often it is sent.
  func prepare(_ batch: SealedBatch, tenant: String?) -> any PreparedBatch
}

/// A batch that can be sent, again and again until it is taken.
public protocol PreparedBatch: Sendable {
  /// Bytes that go over the wire.
  var wireBytes: Int { get }
  func send() async -> SendOutcome
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
