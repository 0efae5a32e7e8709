import Bytes
import JMESPath
import LogModel

/// `pack`: labels and extracted values move into a JSON object, with the line under `_entry`.
struct CompiledPack: ~Copyable, Sendable {
  struct Field: Sendable {
    /// The name as a JSON string with its colon.
    var key: [UInt8]
    var source: Int
    var label: LabelReference
  }
  /// In the order of their names.
  var fields: [Field]
  var ingestTimestamp: Bool
}

extension LineContext {
  mutating func run(_ stage: borrowing CompiledPack) {
    let packed = scratch.count
    defer { scratch.truncate(to: packed) }
    scratch.append(0x7b)
    for field in stage.fields {
      let value: Slice
      if let found = label(field.label) {
        value = found
        setLabel(field.label.label, .null)
      } else if let found = text(slots[field.source]) {
        value = found
      } else {
        continue
      }
      scratch.append(field.key)
      JSONString.appendQuoted(bytes(value), to: &scratch)
      scratch.append(0x2c)
    }
    scratch.append("\"_entry\":" as StaticString)
    JSONString.appendQuoted(bytes(line), to: &scratch)
    scratch.append(0x7d)
    line = keep(UnsafeBufferPointer(rebasing: scratch.bytes[packed...]))
    if stage.ingestTimestamp { time = Timestamp(nanosecondsSince1970: lineReadTime) }
  }
}
