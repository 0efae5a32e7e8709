import Bytes
import LogModel

/// The wire form of logproto.PushRequest (Loki's HTTP API, `POST /loki/api/v1/push`):
///
///     PushRequest    { repeated Stream streams = 1; }
///     Stream         { string labels = 1; repeated Entry entries = 2; }
///     Entry          { Timestamp timestamp = 1; string line = 2; repeated Pair structuredMetadata = 3; }
///     Timestamp      { int64 seconds = 1; int32 nanos = 2; }
///     Pair           { string name = 1; string value = 2; }
enum PushWire {
  private static let streamsField: UInt8 = 0x0a
  private static let labelsField: UInt8 = 0x0a
  private static let entriesField: UInt8 = 0x12
  private static let timestampField: UInt8 = 0x0a
  private static let secondsField: UInt8 = 0x08
  private static let nanosField: UInt8 = 0x10
  private static let lineField: UInt8 = 0x12

  /// Writes an entry. `metadata` is in wire form already.
  @inline(__always)
  static func append(
    _ timestamp: Timestamp, line: UnsafeBufferPointer<UInt8>, metadata: UnsafeBufferPointer<UInt8>,
    to out: inout ByteBuffer
  ) {
    let seconds = UInt64(bitPattern: timestamp.seconds)
    let nanos = UInt64(timestamp.nanoseconds)
    let time =
      (seconds == 0 ? 0 : 1 &+ Varint.length(seconds)) &+ (nanos == 0 ? 0 : 1 &+ Varint.length(nanos))
    let body = 2 &+ time &+ 1 &+ Varint.length(UInt64(line.count)) &+ line.count &+ metadata.count
    out.reserve(body &+ 12)
    let start = out.base + out.count
    var place = start
    place.pointee = entriesField
    place = Varint.write(UInt64(body), at: place + 1)
    place[0] = timestampField
    place[1] = UInt8(truncatingIfNeeded: time)
    place += 2
    if seconds != 0 {
      place.pointee = secondsField
      place = Varint.write(seconds, at: place + 1)
    }
    if nanos != 0 {
      place.pointee = nanosField
      place = Varint.write(nanos, at: place + 1)
    }
    place.pointee = lineField
    place = Varint.write(UInt64(line.count), at: place + 1)
    if let bytes = line.baseAddress {
      place.update(from: bytes, count: line.count)
      place += line.count
    }
    if let bytes = metadata.baseAddress {
      place.update(from: bytes, count: metadata.count)
      place += metadata.count
    }
    out.setCount(out.count &+ (place - start))
  }

  /// Writes what stands before a stream's entries: the stream's tag and length, and its labels.
  static func appendStreamHead(labels: UnsafeBufferPointer<UInt8>, entryBytes: Int, to out: inout ByteBuffer) {
    let labelsLength = 1 + Varint.length(UInt64(labels.count)) + labels.count
    out.append(streamsField)
    out.append(varint: UInt64(labelsLength + entryBytes))
    out.append(labelsField)
    out.append(varint: UInt64(labels.count))
    out.append(labels)
  }
}

/// Finds its way in what `PushWire` wrote.
enum WireReader {
  /// Where the length-delimited field at `offset` ends.
  static func end(ofField bytes: UnsafeBufferPointer<UInt8>, at offset: Int) -> Int {
    var place = offset + 1
    let length = Varint.read(UnsafeRawBufferPointer(bytes), at: &place) ?? 0
    return place + Int(length)
  }

  /// Where the content of the length-delimited field at `offset` begins.
  static func content(ofField bytes: UnsafeBufferPointer<UInt8>, at offset: Int) -> Int {
    var place = offset + 1
    _ = Varint.read(UnsafeRawBufferPointer(bytes), at: &place)
    return place
  }

  /// The labels in a stream's head.
  static func labels(inHead bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    var place = 1
    _ = Varint.read(UnsafeRawBufferPointer(bytes), at: &place)
    place += 1
    let length = Varint.read(UnsafeRawBufferPointer(bytes), at: &place) ?? 0
    return UnsafeBufferPointer(rebasing: bytes[place..<place + Int(length)])
  }
}
