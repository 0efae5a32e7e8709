/// Elements that are used where they lie. One is never copied, which would count references for each line and make threads
/// wait for one another.
public struct InPlace<Element: ~Copyable>: ~Copyable {
  @usableFromInline var base: UnsafeMutablePointer<Element>
  private var capacity = 8
  public private(set) var count = 0

  public init() { base = .allocate(capacity: 8) }

  deinit {
    base.deinitialize(count: count)
    base.deallocate()
  }

  public var isEmpty: Bool { count == 0 }
  public var indices: Range<Int> { 0..<count }

  @inlinable public subscript(index: Int) -> Element {
    @inline(__always) unsafeAddress {
      precondition(index >= 0 && index < count)
      return UnsafePointer(base + index)
    }
    @inline(__always) unsafeMutableAddress {
      precondition(index >= 0 && index < count)
      return base + index
    }
  }

  public mutating func append(_ element: consuming Element) {
    if count == capacity {
      let bigger = UnsafeMutablePointer<Element>.allocate(capacity: capacity * 2)
      bigger.moveInitialize(from: base, count: count)
      base.deallocate()
      base = bigger
      capacity *= 2
    }
    (base + count).initialize(to: element)
    count += 1
  }

  /// nil where there is none.
  public mutating func popLast() -> Element? {
    if count == 0 { return nil }
    count -= 1
    return (base + count).move()
  }
}

extension InPlace {
  public init(_ elements: [Element]) {
    self.init()
    for element in elements { append(element) }
  }
}

// Whoever has it alone may change it; later it is only read.
extension InPlace: @unchecked Sendable where Element: Sendable & ~Copyable {}
