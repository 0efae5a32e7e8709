import Glibc

/// Questions and answers of the DNS in wire form (RFC 1035, section 4; SRV: RFC 2782).
struct DNSMessage {
  enum RecordType: UInt16 {
    case a = 1
    case ns = 2
    case mx = 15
    case aaaa = 28
    case srv = 33
  }

  enum Record: Hashable, Sendable {
    case address(String)
    case srv(target: String, port: Int)
    case mx(String)
    case ns(String)
  }

  var id: UInt16
  /// 0: no error; 3: there is no such name.
  var status: Int
  var isTruncated: Bool
  var answers: [Record]

  /// - Parameter name: with a dot at its end or without.
  /// - Returns: `nil` when the name cannot be asked for.
  static func question(id: UInt16, name: String, type: RecordType) -> [UInt8]? {
    var out: [UInt8] = [UInt8(id >> 8), UInt8(id & 0xFF), 1, 0, 0, 1, 0, 0, 0, 0, 0, 1]
    for part in name.split(separator: ".") {
      guard part.utf8.count <= 63 else { return nil }
      out.append(UInt8(part.utf8.count))
      out += part.utf8
    }
    guard out.count - 12 <= 254 else { return nil }
    out += [0, UInt8(type.rawValue >> 8), UInt8(type.rawValue & 0xFF), 0, 1]
    // EDNS (RFC 6891): answers of up to 1,232 bytes by UDP.
    out += [0, 0, 41, 0x04, 0xD0, 0, 0, 0, 0, 0, 0]
    return out
  }

  /// - Returns: `nil` when the bytes are no answer.
  init?(_ bytes: [UInt8]) {
    var reader = DNSReader(bytes: bytes)
    guard let id = reader.two(), let flags = reader.two(), flags & 0x8000 != 0, let questions = reader.two(),
      let count = reader.two(), reader.skip(4)
    else { return nil }
    self.id = id
    status = Int(flags & 0xF)
    isTruncated = flags & 0x0200 != 0
    answers = []
    for _ in 0..<questions { guard reader.name() != nil, reader.skip(4) else { return nil } }
    for _ in 0..<count {
      guard reader.name() != nil, let type = reader.two(), reader.skip(6), let length = reader.two() else {
        // What was cut off is asked for again by TCP.
        if isTruncated { return }
        return nil
      }
      let end = reader.offset + Int(length)
      guard end <= bytes.count else { return nil }
      switch RecordType(rawValue: type) {
      case .a where length == 4: answers.append(.address(Self.text(AF_INET, bytes[reader.offset..<end])))
      case .aaaa where length == 16: answers.append(.address(Self.text(AF_INET6, bytes[reader.offset..<end])))
      case .ns: if let name = reader.name() { answers.append(.ns(name)) }
      case .mx: if reader.skip(2), let name = reader.name() { answers.append(.mx(name)) }
      case .srv:
        if reader.skip(4), let port = reader.two(), let name = reader.name() {
          answers.append(.srv(target: name, port: Int(port)))
        }
      default: break
      }
      reader.offset = end
    }
  }

  private static func text(_ family: Int32, _ bytes: ArraySlice<UInt8>) -> String {
    var out = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    _ = Array(bytes).withUnsafeBytes { inet_ntop(family, $0.baseAddress, &out, socklen_t(out.count)) }
    return String(decoding: out.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// Reads a message piece by piece; everything may be malformed.
private struct DNSReader {
  let bytes: [UInt8]
  var offset = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func two() -> UInt16? {
    guard offset + 2 <= bytes.count else { return nil }
    defer { offset += 2 }
    return UInt16(bytes[offset]) << 8 | UInt16(bytes[offset + 1])
  }

  mutating func skip(_ count: Int) -> Bool {
    guard offset + count <= bytes.count else { return false }
    offset += count
    return true
  }

  /// A name with a dot at its end. It may go on elsewhere in the message, only ever further to the front.
  mutating func name() -> String? {
    var out: [UInt8] = []
    var at = offset
    var after: Int?
    var bound = bytes.count
    while at < bytes.count {
      let length = Int(bytes[at])
      if length == 0 {
        offset = after ?? at + 1
        return out.isEmpty ? "." : String(decoding: out, as: UTF8.self)
      }
      if length & 0xC0 == 0xC0 {
        guard at + 1 < bytes.count else { return nil }
        let target = (length & 0x3F) << 8 | Int(bytes[at + 1])
        guard target < min(at, bound) else { return nil }
        if after == nil { after = at + 2 }
        bound = target
        at = target
        continue
      }
      guard length < 64, at + 1 + length <= bytes.count else { return nil }
      out += bytes[(at + 1)...(at + length)]
      out.append(UInt8(ascii: "."))
      guard out.count <= 255 else { return nil }
      at += 1 + length
    }
    return nil
  }
}
