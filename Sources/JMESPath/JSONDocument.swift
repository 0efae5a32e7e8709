public import Bytes
internal import GoCompat

/// A place in a `JSONDocument`.
public struct JSONNode: Hashable, Sendable {
  /// Of its entry in the tape.
  let index: Int

  public static let root = JSONNode(index: 0)
}

/// A JSON text, checked and taken apart into a flat tape that points into the text.
///
/// One document is used for many texts: its storage is kept, so that nothing is allocated per line once it is large
/// enough. What it points to has to live until the next `parse`. Not for use by several threads at once.
public final class JSONDocument {
  public enum Kind: UInt8, Sendable {
    case null, `false`, `true`, number, string, array, object
  }

  /// A value, or the key before a value of an object.
  struct Entry {
    var kind: Kind
    /// Whether a string holds escapes.
    var hasEscapes: Bool
    /// The raw text, quotes of strings not counted.
    var start: Int32
    var end: Int32
    /// The entry after this value and all it holds.
    var next: Int32
    /// Elements of an array, members of an object.
    var count: Int32
  }

  /// Arrays and objects may be nested so deep, as in Promtail's reader.
  public static let maxDepth = 10_000

  var tape: JSONTape
  var text = UnsafeBufferPointer<UInt8>(start: nil, count: 0)
  var scratch = ByteBuffer(capacity: 256)
  var found = FoundStorage()

  /// - Parameter expected: how many values the first text may hold, keys counted; it may hold any number.
  public init(expecting expected: Int = 64) { tape = JSONTape(capacity: expected) }

  /// Reads a text: one value with white space around it, in JSON's strict form (RFC 8259). Numbers must fit a 64-bit float.
  /// - Returns: `false` when the text is malformed; nothing may be asked of the document then.
  public func parse(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    self.text = text
    guard text.count <= Int(Int32.max) else { return false }
    var parser = JSONParser(text: text)
    return parser.run(&tape)
  }

  public func kind(_ node: JSONNode) -> Kind { tape[node.index].kind }

  /// The value as it stands in the text, in bytes from its start; quotes of strings not counted.
  public func range(_ node: JSONNode) -> Range<Int> {
    Int(tape[node.index].start)..<Int(tape[node.index].end)
  }

  func raw(_ node: JSONNode) -> UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: text[range(node)]) }

  /// Whether a string does not stand for itself in the text.
  public func hasEscapes(_ node: JSONNode) -> Bool { tape[node.index].hasEscapes }

  /// The value of a number.
  public func number(_ node: JSONNode) -> Double {
    // Parsing has made sure that the number fits.
    GoNumber.parseJSON(raw(node)) ?? 0
  }

  /// The bytes of a string, escapes decoded. Valid until the next call; without escapes they lie in the text itself.
  public func string(_ node: JSONNode) -> UnsafeBufferPointer<UInt8> {
    guard tape[node.index].hasEscapes else { return raw(node) }
    scratch.removeAll()
    JSONString.appendUnescaped(raw(node), to: &scratch)
    return scratch.bytes
  }

  /// Appends the bytes of a string, escapes decoded.
  public func appendString(_ node: JSONNode, to out: inout ByteBuffer) {
    if tape[node.index].hasEscapes { JSONString.appendUnescaped(raw(node), to: &out) } else { out.append(raw(node)) }
  }

  /// Elements of an array, members of an object.
  public func count(_ node: JSONNode) -> Int { Int(tape[node.index].count) }

  /// The value of a field by name; of several the last. `nil` when there is none or the node is no object.
  public func field(_ name: UnsafeBufferPointer<UInt8>, of node: JSONNode) -> JSONNode? {
    guard tape[node.index].kind == .object else { return nil }
    var found: JSONNode?
    let end = Int(tape[node.index].next)
    var at = node.index + 1
    while at < end {
      if isKey(at, name) { found = JSONNode(index: at + 1) }
      at = Int(tape[at + 1].next)
    }
    return found
  }

  /// Follows a path of field names from the root; `nil` where it leads nowhere.
  public func lookup(_ path: FieldPath) -> JSONNode? {
    var node = JSONNode.root
    for name in path.names {
      guard let next = name.withUnsafeBufferPointer({ field($0, of: node) }) else { return nil }
      node = next
    }
    return node
  }

  private func isKey(_ index: Int, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
    let entry = tape[index]
    if entry.hasEscapes { return string(JSONNode(index: index)).elementsEqual(name) }
    guard Int(entry.end &- entry.start) == name.count else { return false }
    let start = Int(entry.start)
    for offset in 0..<name.count where text[start &+ offset] != name[offset] { return false }
    return true
  }

  /// Calls `body` with each member of an object; keys that come again later are left out.
  public func forEachMember(of node: JSONNode, _ body: (_ key: JSONNode, _ value: JSONNode) -> Void) {
    let repeated = repeatedKeys(of: node)
    let end = Int(tape[node.index].next)
    var at = node.index + 1
    while at < end {
      if !repeated.contains(at) { body(JSONNode(index: at), JSONNode(index: at + 1)) }
      at = Int(tape[at + 1].next)
    }
  }

  /// The entries of keys that the same object has again further on.
  func repeatedKeys(of node: JSONNode) -> Set<Int> {
    if tape[node.index].count <= 16, !mayRepeatKeys(node) { return [] }
    var last: [[UInt8]: Int] = [:]
    var repeated: Set<Int> = []
    let end = Int(tape[node.index].next)
    var at = node.index + 1
    while at < end {
      if let earlier = last.updateValue(at, forKey: Array(string(JSONNode(index: at)))) { repeated.insert(earlier) }
      at = Int(tape[at + 1].next)
    }
    return repeated
  }

  /// Compares each key with those before it: for few of them that takes less than a table.
  private func mayRepeatKeys(_ node: JSONNode) -> Bool {
    let end = Int(tape[node.index].next)
    var at = node.index + 1
    while at < end {
      // With escapes the same key can be written in several ways.
      if tape[at].hasEscapes { return true }
      let key = raw(JSONNode(index: at))
      var earlier = node.index + 1
      while earlier < at {
        if isKey(earlier, key) { return true }
        earlier = Int(tape[earlier + 1].next)
      }
      at = Int(tape[at + 1].next)
    }
    return false
  }

  /// Calls `body` with each element of an array.
  public func forEachElement(of node: JSONNode, _ body: (JSONNode) -> Void) {
    let end = Int(tape[node.index].next)
    var at = node.index + 1
    while at < end {
      body(JSONNode(index: at))
      at = Int(tape[at].next)
    }
  }
}

/// A path of field names, ready to be compared with bytes.
public struct FieldPath: Hashable, Sendable {
  let names: [[UInt8]]

  public init(_ names: [String]) { self.names = names.map { Array($0.utf8) } }
}
