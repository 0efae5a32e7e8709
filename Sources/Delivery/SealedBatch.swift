import Bytes
import Positions
import Synchronization

/// A finished push request, logproto.PushRequest in wire form, in pieces that follow one another.
///
/// The pieces are compressed straight from where the entries were written; nothing is copied together first.
public final class SealedBatch: Sendable {
  /// A range of `bytes`, or of `heads`.
  struct Piece: Sendable {
    var inHeads: Bool
    var start: Int
    var count: Int
  }

  let bytes: ByteBuffer
  let heads: ByteBuffer
  let pieces: [Piece]
  public let entries: Int
  public let streams: Int
  /// Bytes of lines and metadata, the measure of `batchsize`.
  public let size: Int
  /// Length of the request before compression: bytes.
  public let wireLength: Int
  private let receipt: Mutex<AckReceipt?>

  init(
    bytes: consuming ByteBuffer, heads: consuming ByteBuffer, pieces: [Piece], entries: Int, streams: Int, size: Int,
    receipt: consuming AckReceipt
  ) {
    self.bytes = bytes
    self.heads = heads
    self.pieces = pieces
    self.entries = entries
    self.streams = streams
    self.size = size
    wireLength = pieces.reduce(0) { $0 + $1.count }
    self.receipt = Mutex(receipt)
  }

  /// Settling is done by whoever takes the receipt; the second to ask gets none.
  func takeReceipt() -> AckReceipt? { receipt.withLock { $0.take() } }

  /// The pieces of the request, in order. Valid within `body`.
  public func withPieces<R>(_ body: ([UnsafeBufferPointer<UInt8>]) -> R) -> R {
    body(
      pieces.map { piece in
        UnsafeBufferPointer(
          rebasing: (piece.inHeads ? heads.bytes : bytes.bytes)[piece.start..<piece.start + piece.count])
      })
  }

  /// Two requests with one half of the entries each, without receipts; nil for a single entry.
  ///
  /// For an endpoint that finds the request too large (413). Rare, so it copies.
  func halves() -> (SealedBatch, SealedBatch)? {
    guard entries > 1 else { return nil }
    var first = RequestCopy(limit: entries / 2)
    var second = RequestCopy(limit: .max)
    var left = entries / 2
    withPieces { parts in
      var at = 0
      while at < parts.count {
        // A stream's head stands before the runs of its entries.
        let labels = WireReader.labels(inHead: parts[at])
        at += 1
        while at < parts.count, !pieces[at].inHeads {
          let run = parts[at]
          var offset = 0
          while offset < run.count {
            let end = WireReader.end(ofField: run, at: offset)
            let entry = UnsafeBufferPointer(rebasing: run[offset..<end])
            if left > 0 {
              first.append(entry, labels: labels)
              left -= 1
            } else {
              second.append(entry, labels: labels)
            }
            offset = end
          }
          at += 1
        }
      }
    }
    return (first.sealed(), second.sealed())
  }
}

/// Builds a request from entries that are in wire form already.
private struct RequestCopy {
  private let limit: Int
  private var streams: [(labels: UnsafeBufferPointer<UInt8>, entries: [UnsafeBufferPointer<UInt8>])] = []
  private var count = 0

  init(limit: Int) { self.limit = limit }

  mutating func append(_ entry: UnsafeBufferPointer<UInt8>, labels: UnsafeBufferPointer<UInt8>) {
    if streams.last?.labels.baseAddress != labels.baseAddress { streams.append((labels, [])) }
    streams[streams.count - 1].entries.append(entry)
    count += 1
  }

  func sealed() -> SealedBatch {
    var bytes = ByteBuffer(capacity: 4096)
    var heads = ByteBuffer(capacity: 256)
    var pieces: [SealedBatch.Piece] = []
    var size = 0
    for stream in streams {
      let start = bytes.count
      for entry in stream.entries {
        bytes.append(entry)
        size += entry.count
      }
      let head = heads.count
      PushWire.appendStreamHead(labels: stream.labels, entryBytes: bytes.count - start, to: &heads)
      pieces.append(.init(inHeads: true, start: head, count: heads.count - head))
      pieces.append(.init(inHeads: false, start: start, count: bytes.count - start))
    }
    return SealedBatch(
      bytes: bytes, heads: heads, pieces: pieces, entries: count, streams: streams.count, size: size,
      receipt: AckReceipt([]))
  }
}
