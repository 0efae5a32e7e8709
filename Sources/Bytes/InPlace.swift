/// Elements that are used where they lie. One is never copied, which would count references for each line and make threads
/// wait for one another.
///
/// One word, as arrays are: what holds several of them stays small enough to be handed on in registers.
public struct InPlace<Element: ~Copyable>: ~Copyable {
  /// Before the elements: how many there are, and how many there is room for.
  @usableFromInline struct Header {
    @usableFromInline var count: Int
    var capacity: Int
  }

  @usableFromInline var header: UnsafeMutablePointer<Header>

  public init() { header = Self.allocate(capacity: 8) }

  deinit {
    base.deinitialize(count: count)
    UnsafeMutableRawPointer(header).deallocate()
  }

  private static func allocate(capacity: Int) -> UnsafeMutablePointer<Header> {
    let storage = UnsafeMutableRawPointer.allocate(
      byteCount: elementOffset + capacity * MemoryLayout<Element>.stride,
      alignment: max(MemoryLayout<Header>.alignment, MemoryLayout<Element>.alignment))
    return storage.initializeMemory(as: Header.self, to: Header(count: 0, capacity: capacity))
  }

  @inlinable static var elementOffset: Int {
    @inline(__always) get { max(MemoryLayout<Header>.stride, MemoryLayout<Element>.alignment) }
  }

  @inlinable var base: UnsafeMutablePointer<Element> {
    @inline(__always) get {
      (UnsafeMutableRawPointer(header) + Self.elementOffset).assumingMemoryBound(to: Element.self)
    }
  }

  @inlinable public var count: Int { header.pointee.count }
  @inlinable public var isEmpty: Bool { count == 0 }
  @inlinable public var indices: Range<Int> { 0..<count }

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
    if count == header.pointee.capacity {
      let bigger = Self.allocate(capacity: header.pointee.capacity * 2)
      let former = header
      let elements = base
      header = bigger
      base.moveInitialize(from: elements, count: former.pointee.count)
      header.pointee.count = former.pointee.count
      UnsafeMutableRawPointer(former).deallocate()
    }
    (base + count).initialize(to: element)
    header.pointee.count += 1
  }

  /// nil where there is none.
  public mutating func popLast() -> Element? {
    if count == 0 { return nil }
    header.pointee.count -= 1
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
