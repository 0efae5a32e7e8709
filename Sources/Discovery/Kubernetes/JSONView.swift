import JMESPath

/// A place in a JSON text that is read once, field by field, and then let go.
struct JSONView {
  private let document: JSONDocument
  private let node: JSONNode

  /// Reads a text.
  /// - Returns: nil when it is no JSON.
  static func read<Result>(_ text: [UInt8], _ body: (JSONView) throws -> Result) rethrows -> Result? {
    // Objects of the API have a value for every 16 bytes or so.
    let document = JSONDocument(expecting: min(text.count / 16, 1024))
    return try text.withUnsafeBufferPointer { bytes in
      guard document.parse(bytes) else { return nil }
      return try body(JSONView(document: document, node: .root))
    }
  }

  private init(document: JSONDocument, node: JSONNode) {
    self.document = document
    self.node = node
  }

  subscript(_ name: StaticString) -> JSONView? {
    let name = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
    return document.field(name, of: node).map { JSONView(document: document, node: $0) }
  }

  /// nil for anything but text.
  var text: String? {
    document.kind(node) == .string ? String(decoding: document.string(node), as: UTF8.self) : nil
  }

  var int: Int? { document.kind(node) == .number ? Int(exactly: document.number(node)) : nil }

  var bool: Bool? {
    switch document.kind(node) {
    case .true: true
    case .false: false
    default: nil
    }
  }

  /// Empty for anything but an array.
  var elements: [JSONView] {
    guard document.kind(node) == .array else { return [] }
    var elements: [JSONView] = []
    document.forEachElement(of: node) { elements.append(JSONView(document: document, node: $0)) }
    return elements
  }

  /// The members of an object whose values are text, by name.
  var texts: [NameAndText] {
    guard document.kind(node) == .object else { return [] }
    var members: [NameAndText] = []
    document.forEachMember(of: node) { key, value in
      guard document.kind(value) == .string else { return }
      let name = String(decoding: document.string(key), as: UTF8.self)
      members.append(NameAndText(name: name, text: String(decoding: document.string(value), as: UTF8.self)))
    }
    return members.sorted { $0.name < $1.name }
  }
}

extension JSONView? {
  subscript(_ name: StaticString) -> JSONView? { self?[name] }
  /// Empty for anything but text.
  var text: String { self?.text ?? "" }
  var elements: [JSONView] { self?.elements ?? [] }
  var texts: [NameAndText] { self?.texts ?? [] }
}

struct NameAndText: Hashable {
  var name: String
  var text: String
}
