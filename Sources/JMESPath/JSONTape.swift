/// The entries of a document, in storage that is kept from text to text.
struct JSONTape: ~Copyable {
  typealias Entry = JSONDocument.Entry

  private var base: UnsafeMutablePointer<Entry>
  private var capacity: Int
  private(set) var count = 0
  /// The innermost array or object that is open, while parsing; -1 for none.
  var innermost: Int32 = -1
  var depth = 0

  /// - Parameter capacity: entries to make room for, at least 1.
  init(capacity: Int) {
    self.capacity = max(1, capacity)
    base = .allocate(capacity: self.capacity)
  }

  deinit { base.deallocate() }

  subscript(index: Int) -> Entry {
    @inline(__always) get {
      precondition(index >= 0 && index < count)
      return base[index]
    }
    @inline(__always) set {
      precondition(index >= 0 && index < count)
      base[index] = newValue
    }
  }

  mutating func removeAll() {
    count = 0
    innermost = -1
    depth = 0
  }

  @inline(__always) mutating func append(_ entry: Entry) {
    if _slowPath(count == capacity) { grow() }
    base[count] = entry
    count &+= 1
  }

  @inline(never) private mutating func grow() {
    let bigger = UnsafeMutablePointer<Entry>.allocate(capacity: capacity * 2)
    bigger.update(from: base, count: count)
    base.deallocate()
    base = bigger
    capacity *= 2
  }
}
