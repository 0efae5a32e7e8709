public import Bytes

/// Why bytes are no push request. The texts are those Loki answers with where it was recorded.
public struct PushDecodeError: Error, Hashable, Sendable, CustomStringConvertible {
  public var description: String

  public init(_ description: String) { self.description = description }
}

/// A push request (`logproto.PushRequest`) as a map of the bytes it came in: lines are ranges, nothing is copied.
public struct PushRequest: Sendable {
  public struct Entry: Sendable {
    /// Nanoseconds since 1970.
    public var timestamp: Int64
    /// Where the line stands in the request's bytes.
    public var line: Range<Int>
    /// Where the entry's own message stands; `metadata` reads it again.
    var message: Range<Int>
    public var hasMetadata: Bool
  }

  public struct Stream: Sendable {
    /// Where the label set's text stands: `{job="a"}`.
    public var labels: Range<Int>
    public var entries: [Entry]
  }

  public var streams: [Stream]

  /// Reads a protobuf push request: streams = 1 {labels = 1, entries = 2 {timestamp = 1 {seconds = 1, nanos = 2},
  /// line = 2, structuredMetadata = 3 {name = 1, value = 2}}}. Unknown fields are passed over.
  ///
  /// - Throws: `PushDecodeError` on bytes that are no such message.
  public init(decoding bytes: UnsafeRawBufferPointer) throws(PushDecodeError) {
    streams = []
    var reader = ProtobufReader(bytes, 0..<bytes.count)
    while let field = try reader.next() {
      guard field.number == 1 else { continue }
      streams.append(try PushRequest.stream(bytes, try field.message()))
    }
  }

  private static func stream(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) throws(PushDecodeError) -> Stream {
    var stream = Stream(labels: range.lowerBound..<range.lowerBound, entries: [])
    var reader = ProtobufReader(bytes, range)
    while let field = try reader.next() {
      switch field.number {
      case 1: stream.labels = try field.message()
      case 2: stream.entries.append(try entry(bytes, try field.message()))
      default: continue
      }
    }
    return stream
  }

  private static func entry(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) throws(PushDecodeError) -> Entry {
    var entry = Entry(
      timestamp: 0, line: range.lowerBound..<range.lowerBound, message: range, hasMetadata: false)
    var reader = ProtobufReader(bytes, range)
    while let field = try reader.next() {
      switch field.number {
      case 1: entry.timestamp = try timestamp(bytes, try field.message())
      case 2: entry.line = try field.message()
      case 3:
        _ = try field.message()
        entry.hasMetadata = true
      default: continue
      }
    }
    return entry
  }

  private static func timestamp(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) throws(PushDecodeError) -> Int64 {
    var seconds: Int64 = 0
    var nanoseconds: Int64 = 0
    var reader = ProtobufReader(bytes, range)
    while let field = try reader.next() {
      switch field.number {
      case 1: seconds = Int64(bitPattern: try field.integer())
      case 2: nanoseconds = Int64(bitPattern: try field.integer())
      default: continue
      }
    }
    let (scaled, isTooLarge) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, overflows) = scaled.addingReportingOverflow(nanoseconds)
    if isTooLarge || overflows { throw PushDecodeError("timestamp out of range: \(seconds) seconds") }
    return sum
  }

  /// The entry's structured metadata, in the order it was sent.
  public static func metadata(of entry: Entry, in bytes: UnsafeRawBufferPointer) throws(PushDecodeError) -> [Label] {
    var labels: [Label] = []
    var reader = ProtobufReader(bytes, entry.message)
    while let field = try reader.next() {
      guard field.number == 3 else { continue }
      var label = Label("", "")
      var pair = ProtobufReader(bytes, try field.message())
      while let part = try pair.next() {
        guard part.number == 1 || part.number == 2 else { continue }
        let text = String(decoding: bytes[try part.message()], as: UTF8.self)
        if part.number == 1 { label.name = text } else { label.value = text }
      }
      labels.append(label)
    }
    return labels
  }
}

// An entry's own zone, which Loki's protocol does not carry: for printing entries within this process.
extension PushRequest {
  private static let zoneField: UInt64 = 15

  /// Appends the zone to an entry in its protobuf form: seconds east of UTC.
  public static func append(zone: Int32, to out: inout ByteBuffer) {
    out.append(varint: zoneField << 3)
    out.append(varint: UInt64(UInt32(bitPattern: zone)))
  }

  /// Seconds east of UTC; 0 where none was appended.
  public static func zone(of entry: Entry, in bytes: UnsafeRawBufferPointer) throws(PushDecodeError) -> Int32 {
    var reader = ProtobufReader(bytes, entry.message)
    while let field = try reader.next() {
      if field.number == zoneField { return Int32(truncatingIfNeeded: try field.integer()) }
    }
    return 0
  }
}

/// Walks the fields of one protobuf message. Every length is checked against the message it lies in.
struct ProtobufReader {
  struct Field {
    var number: UInt64
    var value: Value

    enum Value {
      case integer(UInt64)
      case message(Range<Int>)
      case other
    }

    func message() throws(PushDecodeError) -> Range<Int> {
      guard case .message(let range) = value else {
        throw PushDecodeError("proto: wrong wireType for field \(number), expected length-delimited")
      }
      return range
    }

    func integer() throws(PushDecodeError) -> UInt64 {
      guard case .integer(let number) = value else {
        throw PushDecodeError("proto: wrong wireType for field \(self.number), expected varint")
      }
      return number
    }
  }

  private let bytes: UnsafeRawBufferPointer
  private var offset: Int
  private let end: Int

  init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
    self.bytes = bytes
    offset = range.lowerBound
    end = range.upperBound
  }

  private mutating func varint() throws(PushDecodeError) -> UInt64 {
    // One byte is by far the most frequent length here.
    if offset < end, bytes[offset] < 128 {
      offset += 1
      return UInt64(bytes[offset - 1])
    }
    guard let value = Varint.read(UnsafeRawBufferPointer(rebasing: bytes[..<end]), at: &offset) else {
      throw PushDecodeError("unexpected EOF")
    }
    return value
  }

  /// The next field, or `nil` at the end of the message.
  mutating func next() throws(PushDecodeError) -> Field? {
    guard offset < end else { return nil }
    let key = try varint()
    let number = key >> 3
    if number == 0 { throw PushDecodeError("proto: illegal tag 0 (wire type \(key & 7))") }
    switch key & 7 {
    case 0: return Field(number: number, value: .integer(try varint()))
    case 1: return try skip(8, number)
    case 5: return try skip(4, number)
    case 2:
      let length = try varint()
      guard length <= UInt64(end - offset) else { throw PushDecodeError("unexpected EOF") }
      let start = offset
      offset += Int(length)
      return Field(number: number, value: .message(start..<offset))
    default: throw PushDecodeError("proto: illegal wireType \(key & 7)")
    }
  }

  private mutating func skip(_ count: Int, _ number: UInt64) throws(PushDecodeError) -> Field {
    guard end - offset >= count else { throw PushDecodeError("unexpected EOF") }
    offset += count
    return Field(number: number, value: .other)
  }
}

extension ByteBuffer {
  /// Appends a stream of a push request in its protobuf form; entries are (timestamp in ns, line, metadata).
  public mutating func appendPushStream(labels: String, entries: [(Int64, [UInt8], [Label])]) {
    var stream = ByteBuffer(capacity: 256)
    stream.append(field: 1, Array(labels.utf8))
    for (timestamp, line, metadata) in entries {
      var entry = ByteBuffer(capacity: line.count + 32)
      // Seconds round down, so that nanoseconds are never negative.
      let (quotient, remainder) = timestamp.quotientAndRemainder(dividingBy: 1_000_000_000)
      let seconds = remainder < 0 ? quotient - 1 : quotient
      var time = ByteBuffer(capacity: 16)
      time.append(0x08)
      time.append(varint: UInt64(bitPattern: seconds))
      time.append(0x10)
      time.append(varint: UInt64(remainder < 0 ? remainder + 1_000_000_000 : remainder))
      entry.append(field: 1, Array(time.bytes))
      entry.append(field: 2, line)
      for label in metadata {
        var pair = ByteBuffer(capacity: 32)
        pair.append(field: 1, Array(label.name.utf8))
        pair.append(field: 2, Array(label.value.utf8))
        entry.append(field: 3, Array(pair.bytes))
      }
      stream.append(field: 2, Array(entry.bytes))
    }
    append(field: 1, Array(stream.bytes))
  }

  private mutating func append(field number: UInt8, _ bytes: [UInt8]) {
    append(number << 3 | 2)
    append(varint: UInt64(bytes.count))
    append(bytes)
  }
}
