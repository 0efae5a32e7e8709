internal import Bytes

/// Paths of field names that are looked up in each document, numbered in their order. All those of one name are found in
/// one pass over the members of the document.
public struct FieldTable: Sendable {
  /// A path of one name.
  struct Name: Sendable {
    /// Its first eight bytes, the first lowest.
    var word: UInt64
    var count: Int32
    /// Of the path.
    var number: Int32
    /// Where the whole name begins in `bytes`.
    var start: Int32
  }

  private(set) var names: [Name] = []
  private(set) var bytes: [UInt8] = []
  private(set) var longer: [(number: Int, path: FieldPath)] = []
  public private(set) var count = 0

  public init() {}

  /// Adds a path. Its number is how many there were.
  public mutating func add(_ path: [String]) {
    if path.count == 1 {
      let name = Array(path[0].utf8)
      let word = name.withUnsafeBytes { name.isEmpty ? 0 : Hash.word($0, 0, min(8, name.count)) }
      names.append(
        Name(word: word, count: Int32(name.count), number: Int32(count), start: Int32(bytes.count)))
      bytes += name
    } else {
      longer.append((count, FieldPath(path)))
    }
    count += 1
  }
}

extension JSONDocument {
  /// Where each path of the table leads, by number: -1 for nowhere. Valid until the next call.
  public func find(_ table: borrowing FieldTable) -> FoundNodes {
    found.prepare(table.count)
    let end = Int(tape[0].next)
    if tape[0].kind == .object {
      table.names.withUnsafeBufferPointer { names in
        table.bytes.withUnsafeBufferPointer { bytes in
          var at = 1
          while at < end {
            match(at, names, bytes)
            at = Int(tape[at + 1].next)
          }
        }
      }
    }
    for item in table.longer {
      if let node = lookup(item.path) { found.nodes[item.number] = Int32(truncatingIfNeeded: node.index) }
    }
    return FoundNodes(nodes: UnsafePointer(found.nodes))
  }

  @inline(__always)
  private func match(
    _ at: Int, _ names: UnsafeBufferPointer<FieldTable.Name>, _ bytes: UnsafeBufferPointer<UInt8>
  ) {
    let entry = tape[at]
    let key = entry.hasEscapes ? string(JSONNode(index: at)) : raw(JSONNode(index: at))
    let start = UnsafeRawPointer(key.baseAddress ?? UnsafePointer(bitPattern: 1)!)
    // A key in the text is followed by its quote, a colon and a value, so a word behind its start mostly lies in the text.
    let word: UInt64
    if key.count >= 8 || (!entry.hasEscapes && Int(entry.start) &+ 8 <= text.count) {
      let whole = start.loadUnaligned(as: UInt64.self)
      word = key.count >= 8 ? whole : whole & (1 &<< UInt64(key.count &* 8) &- 1)
    } else {
      word = key.isEmpty ? 0 : Hash.word(UnsafeRawBufferPointer(key), 0, key.count)
    }
    for name in names where name.word == word && Int(name.count) == key.count {
      // Of several members of a name the last counts.
      if key.count <= 8 || equal(key, bytes, Int(name.start)) {
        found.nodes[Int(name.number)] = Int32(truncatingIfNeeded: at + 1)
      }
    }
  }

  private func equal(_ key: UnsafeBufferPointer<UInt8>, _ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Bool {
    for place in 8..<key.count where key[place] != bytes[start + place] { return false }
    return true
  }
}

/// Where paths lead in the document that was asked last.
public struct FoundNodes {
  let nodes: UnsafePointer<Int32>

  public subscript(number: Int) -> JSONNode? {
    let index = nodes[number]
    return index < 0 ? nil : JSONNode(index: Int(index))
  }
}

/// Storage for what was found, kept from document to document.
struct FoundStorage: ~Copyable {
  private(set) var nodes: UnsafeMutablePointer<Int32>
  private var capacity = 16

  init() { nodes = .allocate(capacity: 16) }
  deinit { nodes.deallocate() }

  mutating func prepare(_ count: Int) {
    if count > capacity {
      nodes.deallocate()
      nodes = .allocate(capacity: count)
      capacity = count
    }
    nodes.initialize(repeating: -1, count: count)
  }
}
