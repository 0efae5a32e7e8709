import Bytes
import JMESPath

/// All fields of an entry as a JSON object, in the journal's order. A field that is there several times has a list.
struct JournalObject: ~Copyable {
  private struct Field {
    var start: Int
    var nameLength: Int
    var length: Int
    var isWritten = false
  }
  private var fields: [Field] = []
  private var bytes = ByteBuffer(capacity: 4_096)
  private(set) var text = ByteBuffer(capacity: 4_096)

  init() {}

  mutating func removeAll() {
    fields.removeAll(keepingCapacity: true)
    bytes.removeAll()
    text.removeAll()
  }

  /// - Parameters:
  ///   - data: `NAME=value`.
  ///   - nameLength: bytes before the `=`.
  mutating func add(_ data: UnsafeBufferPointer<UInt8>, nameLength: Int) {
    fields.append(Field(start: bytes.count, nameLength: nameLength, length: data.count))
    bytes.append(data)
  }

  /// Writes `text`.
  mutating func write() {
    text.append(UInt8(ascii: "{"))
    for index in fields.indices where !fields[index].isWritten {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      JSONString.appendQuoted(name(fields[index]), to: &text)
      text.append(UInt8(ascii: ":"))
      let others = hasOthers(index)
      if others { text.append(UInt8(ascii: "[")) }
      JSONString.appendQuoted(value(fields[index]), to: &text)
      if others {
        for other in fields.indices where other > index && isSame(index, other) {
          fields[other].isWritten = true
          text.append(UInt8(ascii: ","))
          JSONString.appendQuoted(value(fields[other]), to: &text)
        }
        text.append(UInt8(ascii: "]"))
      }
    }
    text.append(UInt8(ascii: "}"))
  }

  private func hasOthers(_ index: Int) -> Bool {
    var other = index + 1
    while other < fields.count {
      if isSame(index, other) { return true }
      other += 1
    }
    return false
  }

  private func isSame(_ a: Int, _ b: Int) -> Bool {
    fields[a].nameLength == fields[b].nameLength && name(fields[a]).elementsEqual(name(fields[b]))
  }

  private func name(_ field: Field) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: bytes.base + field.start, count: field.nameLength)
  }

  private func value(_ field: Field) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(
      start: bytes.base + field.start + field.nameLength + 1, count: field.length - field.nameLength - 1)
  }
}
