import Bytes
import JMESPath
import LogModel

/// `pack`: labels and extracted values move into a JSON object, with the line under `_entry`.
struct CompiledPack: ~Copyable, Sendable {
  struct Field: Sendable {
    /// The name as a JSON string with its colon.
    var key: Slice
    var source: Int
    var label: LabelReference
  }
  /// In the order of their names.
  var fields: InPlace<Field>
  var ingestTimestamp: Bool
}

extension LineContext {
  mutating func run(_ stage: borrowing CompiledPack) {
    let packed = scratch.count
    defer { scratch.truncate(to: packed) }
    scratch.append(0x7b)
    for index in stage.fields.indices {
      let label = stage.fields[index].label
      let value: Slice
      if let found = self.label(label) {
        value = found
        setLabel(label.label, .null)
      } else if let found = text(slots[stage.fields[index].source]) {
        value = found
      } else {
        continue
      }
      scratch.append(bytes(stage.fields[index].key))
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
