import Bytes
import Positions
import Synchronization

/// A finished batch: its request, ready to be sent, and what it owes to the files it was read from.
public final class SealedBatch: Sendable {
  let request: any PreparedBatch
  public let entries: Int
  public let streams: Int
  /// Bytes of lines and metadata, the measure of `batchsize`.
  public let size: Int
  /// Length of the request before compression: bytes.
  public let wireLength: Int
  private let receipt: Mutex<AckReceipt?>

  init(
    request: any PreparedBatch, entries: Int, streams: Int, size: Int, wireLength: Int, receipt: consuming AckReceipt
  ) {
    self.request = request
    self.entries = entries
    self.streams = streams
    self.size = size
    self.wireLength = wireLength
    self.receipt = Mutex(receipt)
  }

  /// Settling is done by whoever takes the receipt; the second to ask gets none.
  func takeReceipt() -> AckReceipt? { receipt.withLock { $0.take() } }

  /// Two batches with one half of the entries each, without receipts; nil for a single entry.
  ///
  /// For an endpoint that finds the request too large (413). Rare, so it takes the request apart again.
  func halves(by output: any Output) -> (SealedBatch, SealedBatch)? {
    guard entries > 1 else { return nil }
    return request.wireForm().withUnsafeBufferPointer { bytes in
      var first = RequestCopy()
      var second = RequestCopy()
      var left = entries / 2
      var place = 0
      while place < bytes.count {
        // A stream: its labels, then its entries.
        let end = WireReader.end(ofField: bytes, at: place)
        let labels = WireReader.labels(inHead: UnsafeBufferPointer(rebasing: bytes[place...]))
        place = WireReader.end(ofField: bytes, at: WireReader.content(ofField: bytes, at: place))
        while place < end {
          let next = WireReader.end(ofField: bytes, at: place)
          let entry = UnsafeBufferPointer(rebasing: bytes[place..<next])
          if left > 0 { first.append(entry, labels: labels) } else { second.append(entry, labels: labels) }
          left -= 1
          place = next
        }
      }
      return (first.sealed(by: output), second.sealed(by: output))
    }
  }
}

/// Builds a request from entries that are in wire form already.
private struct RequestCopy {
  private var streams: [(labels: UnsafeBufferPointer<UInt8>, entries: [UnsafeBufferPointer<UInt8>])] = []
  private var count = 0

  mutating func append(_ entry: UnsafeBufferPointer<UInt8>, labels: UnsafeBufferPointer<UInt8>) {
    if streams.last?.labels.baseAddress != labels.baseAddress { streams.append((labels, [])) }
    streams[streams.count - 1].entries.append(entry)
    count += 1
  }

  func sealed(by output: any Output) -> SealedBatch {
    var bytes = ByteBuffer(capacity: 4096)
    var size = 0
    for stream in streams {
      let total = stream.entries.reduce(0) { $0 + $1.count }
      PushWire.appendStreamHead(labels: stream.labels, entryBytes: total, to: &bytes)
      for entry in stream.entries { bytes.append(entry) }
      size += total
    }
    var pieces = RequestPieces(capacity: 1)
    pieces.append(bytes.base, bytes.count)
    let request = output.prepare(pieces)
    return SealedBatch(
      request: request, entries: count, streams: streams.count, size: size, wireLength: bytes.count,
      receipt: AckReceipt([]))
  }
}
