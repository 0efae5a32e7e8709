import Bytes
public import Delivery
import GoCompat
import LogModel

/// `-dry-run`: prints entries instead of sending them, in columns: time, labels, line.
public struct PrintingOutput: Output {
  /// As Promtail prints it: as many decimals as there are, and the zone the time was written in.
  private static let layout = TimeLayout("2006-01-02T15:04:05.999999999-0700")

  let write: @Sendable (UnsafeBufferPointer<UInt8>) -> Void

  /// - Parameter write: takes whole lines; called by one batch after the other.
  public init(write: @escaping @Sendable (UnsafeBufferPointer<UInt8>) -> Void) { self.write = write }

  public func prepare(_ request: borrowing RequestPieces) -> any PreparedBatch {
    var bytes = ByteBuffer(capacity: request.byteCount)
    for piece in request.pieces { bytes.append(piece) }
    var text = ByteBuffer(capacity: request.byteCount)
    Self.append(UnsafeRawBufferPointer(bytes.bytes), to: &text)
    return PrintedBatch(request: Array(bytes.bytes), text: Array(text.bytes), write: write)
  }

  /// What the pipeline wrote itself can be read.
  private static func append(_ request: UnsafeRawBufferPointer, to text: inout ByteBuffer) {
    for stream in (try? PushRequest(decoding: request))?.streams ?? [] {
      for entry in stream.entries {
        let zone = (try? PushRequest.zone(of: entry, in: request)) ?? 0
        let (quotient, remainder) = entry.timestamp.quotientAndRemainder(dividingBy: 1_000_000_000)
        layout.append(
          ZonedTime(
            seconds: remainder < 0 ? quotient - 1 : quotient,
            nanoseconds: Int32(remainder < 0 ? remainder + 1_000_000_000 : remainder),
            zone: .fixed(offset: Int(zone))), to: &text)
        text.append(0x09)
        append(request[stream.labels], to: &text)
        text.append(0x09)
        append(request[entry.line], to: &text)
        text.append(0x0a)
      }
    }
  }

  private static func append(_ bytes: Slice<UnsafeRawBufferPointer>, to text: inout ByteBuffer) {
    text.append(UnsafeRawBufferPointer(rebasing: bytes).assumingMemoryBound(to: UInt8.self))
  }
}

private struct PrintedBatch: PreparedBatch {
  let request: [UInt8]
  let text: [UInt8]
  let write: @Sendable (UnsafeBufferPointer<UInt8>) -> Void

  var wireBytes: Int { text.count }

  func wireForm() -> [UInt8] { request }

  func send(tenant: String?) async -> SendOutcome {
    text.withUnsafeBufferPointer { write($0) }
    return .delivered(status: 204)
  }
}
