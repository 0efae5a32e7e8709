/// Values by keys that are hashes already, so that a key says itself where it lies. Finding allocates nothing.
struct HashedTable<Value: Sendable>: Sendable {
  private struct Entry {
    var key: UInt64
    var value: Value
  }
  private var entries: [Entry] = []
  /// Numbers of entries by the low bits of their keys, probed one after another; -1 where there is none.
  private var places: [Int32] = []
  /// The entry that was found last: lines of one kind often follow one another.
  private var last = 0

  var isEmpty: Bool { entries.isEmpty }
  var count: Int { entries.count }

  /// The number of the entry of a key, valid until an entry is added or taken away.
  @inline(__always)
  mutating func place(of key: UInt64) -> Int? {
    if last < entries.count, entries[last].key == key { return last }
    guard let place = search(key) else { return nil }
    last = place
    return place
  }

  private func search(_ key: UInt64) -> Int? {
    if places.isEmpty { return nil }
    let mask = places.count &- 1
    var probe = Int(truncatingIfNeeded: key) & mask
    while places[probe] >= 0 {
      let place = Int(places[probe])
      if entries[place].key == key { return place }
      probe = (probe &+ 1) & mask
    }
    return nil
  }

  subscript(place place: Int) -> Value {
    get { entries[place].value }
    _modify { yield &entries[place].value }
  }

  /// Adds an entry; its key must not be there.
  mutating func add(_ key: UInt64, _ value: Value) -> Int {
    entries.append(Entry(key: key, value: value))
    if entries.count * 2 > places.count { index() } else { note(entries.count - 1) }
    last = entries.count - 1
    return last
  }

  private mutating func index() {
    var size = 8
    while size < entries.count * 2 { size *= 2 }
    places = Array(repeating: -1, count: size)
    for place in entries.indices { note(place) }
  }

  private mutating func note(_ place: Int) {
    let mask = places.count &- 1
    var probe = Int(truncatingIfNeeded: entries[place].key) & mask
    while places[probe] >= 0 { probe = (probe &+ 1) & mask }
    places[probe] = Int32(truncatingIfNeeded: place)
  }

  mutating func removeAll() { self = HashedTable() }

  mutating func removeAll(where isUnwanted: (Value) -> Bool) {
    entries.removeAll { isUnwanted($0.value) }
    index()
  }

  /// Numbers of entries, in the order they were added.
  var indices: Range<Int> { entries.indices }
  func key(at place: Int) -> UInt64 { entries[place].key }
}
