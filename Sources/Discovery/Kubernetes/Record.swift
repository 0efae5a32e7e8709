/// What is kept of an object: its texts and numbers one after another in one piece of memory. A cluster has a hundred
/// thousand pods, of each of which a hundred bytes matter twenty times.
struct RecordWriter {
  private(set) var bytes: [UInt8] = []

  mutating func put(_ number: Int) {
    var rest = UInt64(bitPattern: Int64(number))
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  mutating func put(_ text: String) {
    var text = text
    text.withUTF8 { utf8 in
      put(utf8.count)
      bytes.append(contentsOf: utf8)
    }
  }

  /// Text that may be missing, which is something else than empty.
  mutating func put(_ text: String?) {
    put(text == nil ? 0 : 1)
    if let text { put(text) }
  }

  mutating func put(_ values: [some Recorded]) {
    put(values.count)
    for value in values { value.write(to: &self) }
  }
}

/// Reads what a `RecordWriter` wrote, in the same order.
struct RecordReader {
  private let bytes: [UInt8]
  private var at = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func int() -> Int {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let byte = bytes[at]
      at += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return Int(Int64(bitPattern: value)) }
      shift += 7
    }
  }

  mutating func text() -> String {
    let count = int()
    defer { at += count }
    return String(decoding: bytes[at..<(at + count)], as: UTF8.self)
  }

  mutating func optionalText() -> String? { int() == 0 ? nil : text() }

  mutating func list<Value: Recorded>() -> [Value] {
    (0..<int()).map { _ in Value(&self) }
  }
}

/// A value that can be kept in a record.
protocol Recorded {
  init(_ reader: inout RecordReader)
  func write(to writer: inout RecordWriter)
}

/// An object of the API, as far as targets are made of it.
protocol KubernetesObject: Recorded {
  init(_ json: JSONView)
  var meta: ObjectMeta { get }
}

extension KubernetesObject {
  init(record: [UInt8]) {
    var reader = RecordReader(record)
    self.init(&reader)
  }

  var record: [UInt8] {
    var writer = RecordWriter()
    write(to: &writer)
    return writer.bytes.withUnsafeBufferPointer { Array($0) }
  }
}

extension NameAndText: Recorded {
  init(_ reader: inout RecordReader) {
    name = reader.text()
    text = reader.text()
  }
  func write(to writer: inout RecordWriter) {
    writer.put(name)
    writer.put(text)
  }
}

extension String: Recorded {
  init(_ reader: inout RecordReader) { self = reader.text() }
  func write(to writer: inout RecordWriter) { writer.put(self) }
}
