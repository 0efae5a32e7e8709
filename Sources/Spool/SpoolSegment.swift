import Bytes
import Syscalls

/// One file of the spool: a head, and records one after another.
enum SpoolSegment {
  static let head = Array("swiftail-spool 1\n".utf8)
  static let headLength = UInt64(head.count)

  static func path(_ directory: String, _ number: UInt64) -> String {
    let digits = String(number)
    return directory + "/" + String(repeating: "0", count: max(0, 16 - digits.count)) + digits + ".spool"
  }

  static func number(_ name: String) -> UInt64? {
    guard name.hasSuffix(".spool") else { return nil }
    return UInt64(name.dropLast(6))
  }

  /// The whole records from a place on, up to about `maxBytes`.
  static func read(directory: String, _ place: SpoolPosition, until end: UInt64, maxBytes: Int, files: any FileSystem)
    -> [(entry: SpoolEntry, end: SpoolPosition)]
  {
    guard case .success(let file) = files.openForReading(path(directory, place.segment)) else { return [] }
    defer { files.close(file) }
    var wanted = maxBytes
    while true {
      let bytes = [UInt8](unsafeUninitializedCapacity: min(wanted, Int(end - min(end, place.offset)))) {
        buffer, count in
        while count < buffer.count {
          let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count...])
          guard case .success(let got) = files.read(file, at: place.offset + UInt64(count), into: rest), got > 0 else {
            return
          }
          count += got
        }
      }
      var found: [(SpoolEntry, SpoolPosition)] = []
      bytes.withUnsafeBytes { raw in
        var offset = 0
        while let (payload, next) = SpoolRecord.payload(in: raw, at: offset) {
          offset = next
          // A payload of another version is passed over; its checksum says that it is whole.
          guard let entry = SpoolRecord.entry(UnsafeRawBufferPointer(rebasing: raw[payload])) else { continue }
          found.append((entry, SpoolPosition(segment: place.segment, offset: place.offset + UInt64(next))))
        }
      }
      // One record may be longer than what was asked for.
      if !found.isEmpty || bytes.count < wanted || wanted > SpoolRecord.longest { return found }
      wanted *= 4
    }
  }

  /// How many entries stand in a segment from a place on.
  static func count(directory: String, _ number: UInt64, from place: SpoolPosition, files: any FileSystem) -> Int {
    guard case .success(let bytes) = files.readWhole(path(directory, number)) else { return 0 }
    var offset = Int(place.segment == number ? place.offset : headLength)
    var count = 0
    bytes.withUnsafeBytes { raw in
      while offset <= raw.count, let (_, next) = SpoolRecord.payload(in: raw, at: offset) {
        count += 1
        offset = next
      }
    }
    return count
  }

  /// The length of what is whole, from the start on; nil for a file that is no segment.
  static func soundLength(_ bytes: [UInt8]) -> UInt64? {
    guard bytes.starts(with: head) else { return nil }
    return bytes.withUnsafeBytes { raw in
      var offset = head.count
      while let (_, next) = SpoolRecord.payload(in: raw, at: offset) { offset = next }
      return UInt64(offset)
    }
  }
}
