import Bytes

/// `structured_metadata`: extracted values travel with the entry; a label of that name leaves the stream.
struct CompiledStructuredMetadata: ~Copyable, Sendable {
  struct Assignment: Sendable {
    /// The number of the metadata's name.
    var name: Int
    var source: Int
    var label: LabelReference
  }
  var assignments: InPlace<Assignment>
}

extension LineContext {
  mutating func run(_ stage: borrowing CompiledStructuredMetadata) {
    for index in stage.assignments.indices {
      let assignment = stage.assignments[index]
      if let value = label(assignment.label) {
        metadata[assignment.name] = .text(value)
        setLabel(assignment.label.label, .null)
      } else if let value = text(slots[assignment.source]) {
        metadata[assignment.name] = .text(value)
      }
    }
  }

  /// Writes the entry's metadata in wire form: `Pair { string name = 1; string value = 2; }` as field 3 of the entry.
  /// - Returns: where it is, and the bytes of names and values.
  mutating func writeMetadata(_ names: borrowing InPlace<ByteBuffer>) -> (Slice, size: Int) {
    let start = made.count
    var size = 0
    for index in names.indices where metadata[index].kind == .text {
      let value = metadata[index].slice
      let nameLength = names[index].count
      let body =
        2 + Varint.length(UInt64(nameLength)) + nameLength + Varint.length(UInt64(value.count)) + Int(value.count)
      // Room first, so that a value that was made itself stays where it is.
      made.reserve(body + 12)
      made.append(0x1a)
      made.append(varint: UInt64(body))
      made.append(0x0a)
      made.append(varint: UInt64(nameLength))
      made.append(names[index].bytes)
      made.append(0x12)
      made.append(varint: UInt64(value.count))
      made.append(bytes(value))
      size += nameLength + Int(value.count)
    }
    return (Slice(.made, start, made.count - start), size)
  }
}
