import Bytes
import CSnappy
import CZlib
import HTTPEdge
import LogModel

/// Why a push was refused before the store saw it; the status is 400.
struct PushBodyError: Error, CustomStringConvertible {
  var description: String
}

/// Turns the bodies that Loki's push endpoint takes into one form: protobuf, not compressed.
struct PushBody {
  /// The most bytes a compressed body may expand to.
  let limit: Int

  /// - Parameters:
  ///   - type: the Content-Type header.
  ///   - encoding: the Content-Encoding header.
  func protobuf(_ body: [UInt8], type: String?, encoding: String?) throws -> [UInt8] {
    guard let type, !type.isEmpty else { throw PushBodyError(description: "mime: no media type") }
    let media = type.prefix { $0 != ";" && $0 != " " }.lowercased()
    var body = body
    switch encoding ?? "" {
    case "", "snappy": break
    case "gzip": body = try inflate(body, window: 31, error: "gzip: invalid header")
    case "deflate": body = try inflate(body, window: -15, error: "EOF")
    case let other: throw PushBodyError(description: "Content-Encoding \"\(other)\" not supported")
    }
    if media == "application/json" { return try PushJSON.protobuf(body) }
    return try expandSnappy(body)
  }

  private func expandSnappy(_ body: [UInt8]) throws(PushBodyError) -> [UInt8] {
    let length = body.withUnsafeBufferPointer { csnappy_uncompressed_length($0.baseAddress, $0.count) }
    guard length >= 0 else { throw PushBodyError(description: "snappy: corrupt input") }
    guard length <= limit else {
      throw PushBodyError(description: "push of \(length) bytes is too large: at most \(limit) are taken")
    }
    var isWhole = false
    let expanded = [UInt8](unsafeUninitializedCapacity: Int(length)) { out, count in
      // An empty array has no address, but snappy writes nothing there then.
      isWhole = body.withUnsafeBufferPointer { csnappy_uncompress($0.baseAddress, $0.count, out.baseAddress) } == 1
      count = isWhole ? Int(length) : 0
    }
    guard isWhole else { throw PushBodyError(description: "snappy: corrupt input") }
    return expanded
  }

  private func inflate(_ body: [UInt8], window: Int32, error: String) throws(PushBodyError) -> [UInt8] {
    var stream = z_stream()
    guard czlib_open(&stream, window) == Z_OK else { throw PushBodyError(description: "zlib: no memory") }
    defer { inflateEnd(&stream) }
    var out: [UInt8] = []
    var code = Z_OK
    var input = body
    input.withUnsafeMutableBufferPointer { input in
      stream.next_in = input.baseAddress
      stream.avail_in = UInt32(clamping: input.count)
      while code == Z_OK, out.count <= limit {
        let part = [UInt8](unsafeUninitializedCapacity: 1 << 16) { part, count in
          stream.next_out = part.baseAddress
          stream.avail_out = UInt32(part.count)
          code = CZlib.inflate(&stream, Z_NO_FLUSH)
          count = part.count - Int(stream.avail_out)
        }
        out += part
      }
    }
    guard out.count <= limit else {
      throw PushBodyError(description: "push is too large: at most \(limit) bytes are taken")
    }
    guard code == Z_STREAM_END else {
      throw PushBodyError(description: code == Z_DATA_ERROR ? error : "unexpected EOF")
    }
    return out
  }
}

/// Loki's JSON push: `{"streams":[{"stream":{…},"values":[["<ns>","line",{metadata}]]}]}`.
enum PushJSON {
  static func protobuf(_ body: [UInt8]) throws -> [UInt8] {
    if body.isEmpty { throw PushBodyError(description: "EOF") }
    let document: JSONValue
    do {
      document = try JSONReader.read(body)
    } catch {
      throw PushBodyError(description: error.description)
    }
    guard case .object = document else { throw PushBodyError(description: "readObjectStart: expect { or n") }
    var buffer = ByteBuffer(capacity: body.count)
    guard case .array(let streams)? = document["streams"] else { return [] }
    for stream in streams { try append(stream, to: &buffer) }
    return Array(buffer.bytes)
  }

  private static func append(_ stream: JSONValue, to buffer: inout ByteBuffer) throws {
    guard case .array(let values) = stream["values"] ?? .array([]) else { throw unexpected("values") }
    buffer.appendPushStream(labels: try labels(stream["stream"]), entries: try values.map(entry))
  }

  private static func unexpected(_ member: String) -> PushBodyError {
    PushBodyError(description: "loghttp.PushRequest.Streams: \(member): unexpected value")
  }

  /// The text form; the store reads it and names the label at fault.
  private static func labels(_ value: JSONValue?) throws -> String {
    guard case .object(let members) = value ?? .object([]) else { throw unexpected("stream") }
    let pairs = try members.map { member -> String in
      let text: String
      switch member.value {
      case .string(let bytes): text = String(decoding: bytes, as: UTF8.self)
      case .number(let number): text = number
      case .bool(let flag): text = "\(flag)"
      default: throw unexpected("stream")
      }
      return member.name + "=" + GoQuote.quote(text)
    }
    return "{" + pairs.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.joined(separator: ", ") + "}"
  }

  private static func entry(_ value: JSONValue) throws -> (Int64, [UInt8], [Label]) {
    guard case .array(let parts) = value, case .string(let time)? = parts.first,
      let nanoseconds = Int64(String(decoding: time, as: UTF8.self))
    else { throw unexpected("values") }
    guard case .string(let line) = parts.count > 1 ? parts[1] : .string([]) else { throw unexpected("values") }
    var metadata: [Label] = []
    if parts.count > 2 {
      guard case .object(let members) = parts[2] else { throw unexpected("structured metadata") }
      metadata = try members.map { member in
        guard case .string(let bytes) = member.value else { throw unexpected("structured metadata") }
        return Label(member.name, String(decoding: bytes, as: UTF8.self))
      }
    }
    return (nanoseconds, line, metadata)
  }
}
