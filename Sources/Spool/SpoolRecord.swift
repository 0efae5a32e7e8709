import Bytes
public import LogModel

/// An entry in the spool: finished, with the labels that it goes out with.
public struct SpoolEntry: Equatable, Sendable {
  /// nil leaves the tenant to the client.
  public var tenant: String?
  public var labels: LabelSet
  public var timestamp: Timestamp
  public var line: [UInt8]
  /// Structured metadata in wire form, and bytes of its names and values.
  public var metadata: [UInt8]
  public var metadataSize: Int

  public init(
    tenant: String? = nil, labels: LabelSet, timestamp: Timestamp, line: [UInt8], metadata: [UInt8] = [],
    metadataSize: Int = 0
  ) {
    self.tenant = tenant
    self.labels = labels
    self.timestamp = timestamp
    self.line = line
    self.metadata = metadata
    self.metadataSize = metadataSize
  }
}

/// A record: length and checksum, 4 bytes each, little-endian, and then the payload. docs/formats/spool.md.
enum SpoolRecord {
  static let headLength = 8
  /// Beyond this a length is damage: bytes.
  static let longest = 128 << 20

  static func append(_ entry: SpoolEntry, to out: inout ByteBuffer) {
    var payload = ByteBuffer(capacity: 64 + entry.line.count)
    payload.append(entry.tenant == nil ? 0 : 1)
    append(Array((entry.tenant ?? "").utf8), to: &payload)
    payload.append(varint: UInt64(entry.labels.labels.count))
    for label in entry.labels.labels {
      append(Array(label.name.utf8), to: &payload)
      append(Array(label.value.utf8), to: &payload)
    }
    payload.append(varint: UInt64(bitPattern: entry.timestamp.seconds))
    payload.append(varint: UInt64(entry.timestamp.nanoseconds))
    payload.append(varint: UInt64(entry.metadataSize))
    append(entry.metadata, to: &payload)
    append(entry.line, to: &payload)
    let raw = UnsafeRawBufferPointer(payload.bytes)
    append(UInt32(raw.count), to: &out)
    append(CRC32C.of(raw), to: &out)
    out.append(payload.bytes)
  }

  private static func append(_ bytes: [UInt8], to out: inout ByteBuffer) {
    out.append(varint: UInt64(bytes.count))
    out.append(bytes)
  }

  private static func append(_ value: UInt32, to out: inout ByteBuffer) {
    for shift in stride(from: UInt32(0), to: 32, by: 8) { out.append(UInt8(truncatingIfNeeded: value >> shift)) }
  }

  /// The payload of the record at `offset` and where the next one begins; nil when it is not whole or not sound.
  static func payload(in bytes: UnsafeRawBufferPointer, at offset: Int) -> (payload: Range<Int>, next: Int)? {
    guard bytes.count - offset >= headLength else { return nil }
    let length = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    let sum = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self))
    let start = offset + headLength
    guard length <= longest, bytes.count - start >= length else { return nil }
    let payload = start..<start + length
    guard CRC32C.of(UnsafeRawBufferPointer(rebasing: bytes[payload])) == sum else { return nil }
    return (payload, start + length)
  }

  /// nil when the payload is of another version; its checksum fitted.
  static func entry(_ bytes: UnsafeRawBufferPointer) -> SpoolEntry? {
    var reader = PayloadReader(bytes: bytes)
    guard let hasTenant = reader.byte(), let tenant = reader.stretch(), let count = reader.number(), count < 1 << 16
    else {
      return nil
    }
    var labels: [Label] = []
    for _ in 0..<count {
      guard let name = reader.text(), let value = reader.text() else { return nil }
      labels.append(Label(name, value))
    }
    guard let seconds = reader.number(), let nanoseconds = reader.number(), nanoseconds < 1_000_000_000,
      let size = reader.number(), let metadata = reader.stretch(), let line = reader.stretch()
    else { return nil }
    return SpoolEntry(
      tenant: hasTenant == 1 ? String(decoding: tenant, as: UTF8.self) : nil, labels: LabelSet(labels),
      timestamp: Timestamp(seconds: Int64(bitPattern: seconds), nanoseconds: UInt32(nanoseconds)), line: line,
      metadata: metadata, metadataSize: Int(truncatingIfNeeded: size))
  }
}

private struct PayloadReader {
  let bytes: UnsafeRawBufferPointer
  var place = 0

  mutating func byte() -> UInt8? {
    guard place < bytes.count else { return nil }
    place += 1
    return bytes[place - 1]
  }

  mutating func number() -> UInt64? { Varint.read(bytes, at: &place) }

  mutating func stretch() -> [UInt8]? {
    guard let length = number(), length <= UInt64(bytes.count - place) else { return nil }
    defer { place += Int(length) }
    return Array(bytes[place..<place + Int(length)])
  }

  mutating func text() -> String? { stretch().map { String(decoding: $0, as: UTF8.self) } }
}
