import CMaxMindDB
import Glibc
import JMESPath

/// A MaxMind database, mapped into memory and shared by all threads.
final class GeoDatabase: @unchecked Sendable {
  // Sendable: libmaxminddb only reads an open database, and look-ups keep nothing in it.
  private let handle: OpaquePointer

  /// - Throws: what is wrong with the file.
  init(path: String) throws(PipelineError) {
    var why: UnsafePointer<CChar>?
    guard let handle = cmmdb_open(path, &why) else {
      throw PipelineError("cannot read the database \(path): \(why.map { String(cString: $0) } ?? "")")
    }
    self.handle = handle
  }

  deinit { cmmdb_close(handle) }

  /// The record of an address in its text form; nil for what is no address, or is not in the database.
  func record(of text: UnsafeBufferPointer<UInt8>) -> UInt32? {
    guard let base = text.baseAddress, (2...45).contains(text.count) else { return nil }
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: text.count + 1) { name in
      memcpy(name.baseAddress!, base, text.count)
      name[text.count] = 0
      return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16) { address in
        var bytes = UnsafePointer(address.baseAddress!)
        var count = 4
        if inet_pton(AF_INET, name.baseAddress!, address.baseAddress!) != 1 {
          guard inet_pton(AF_INET6, name.baseAddress!, address.baseAddress!) == 1 else { return nil }
          count = 16
          // ::ffff:1.2.3.4 is the IPv4 address in it.
          if address[0..<10].allSatisfy({ $0 == 0 }), address[10] == 0xff, address[11] == 0xff {
            bytes += 12
            count = 4
          }
        }
        let record = cmmdb_find(handle, bytes, count)
        return record == 0 ? nil : record
      }
    }
  }

  func value(_ field: cmmdb_field, of record: UInt32) -> cmmdb_value { cmmdb_get(handle, record, field) }

  /// The whole record, for expressions over it.
  func document(_ record: UInt32) -> JSONValue {
    guard let values = cmmdb_values_of(handle, record) else { return .null }
    defer { cmmdb_values_free(values) }
    return Self.next(values, depth: 0)
  }

  private static func next(_ values: OpaquePointer, depth: Int) -> JSONValue {
    var value = cmmdb_value()
    guard depth < 64, cmmdb_next(values, &value) != 0 else { return .null }
    switch value.kind {
    case CMMDB_TEXT: return .string(Array(UnsafeBufferPointer(start: value.bytes, count: value.count)))
    case CMMDB_NUMBER: return .number(value.number)
    case CMMDB_TRUTH: return .bool(value.number != 0)
    case CMMDB_ARRAY: return .array((0..<value.count).map { _ in next(values, depth: depth + 1) })
    case CMMDB_MAP:
      return .object(
        (0..<value.count).map { _ in
          var key: [UInt8] = []
          if case .string(let text) = next(values, depth: depth + 1) { key = text }
          return JSONValue.Member(key: key, value: next(values, depth: depth + 1))
        })
    default: return .null
    }
  }
}
