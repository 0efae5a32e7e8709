/// Bytes that grow at their end, owned by one place at a time.
///
/// What is written per line on the data path goes here: no reference counting, no bounds check per byte, one allocation
/// for as long as the buffer lives. `removeAll` keeps the storage.
@frozen public struct ByteBuffer: ~Copyable, @unchecked Sendable {
  // Sendable because the storage has one owner, and ownership moves as a whole.

  public private(set) var base: UnsafeMutablePointer<UInt8>
  /// Bytes written. Only this type's own inlined methods set it.
  public var count: Int
  public private(set) var capacity: Int

  /// - Parameter capacity: bytes to reserve, at least 1.
  public init(capacity: Int = 64) {
    self.capacity = max(1, capacity)
    base = .allocate(capacity: self.capacity)
    count = 0
  }

  deinit { base.deallocate() }

  /// The bytes written so far. Valid until the next mutation.
  @inlinable public var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: base, count: count) }

  @inlinable public var isEmpty: Bool { count == 0 }

  /// Makes room for `extra` more bytes; doubles, so that appending costs a constant on average.
  @inlinable public mutating func reserve(_ extra: Int) {
    if _slowPath(capacity &- count < extra) { grow(extra) }
  }

  @inline(never) @usableFromInline mutating func grow(_ extra: Int) {
    let wanted = max(capacity * 2, count + extra)
    let bigger = UnsafeMutablePointer<UInt8>.allocate(capacity: wanted)
    bigger.update(from: base, count: count)
    base.deallocate()
    base = bigger
    capacity = wanted
  }

  @inlinable public mutating func append(_ byte: UInt8) {
    reserve(1)
    base[count] = byte
    setCount(count &+ 1)
  }

  @inlinable public mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let start = bytes.baseAddress else { return }
    reserve(bytes.count)
    (base + count).update(from: start, count: bytes.count)
    setCount(count &+ bytes.count)
  }

  @inlinable public mutating func append(_ literal: StaticString) {
    append(UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
  }

  public mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { append($0) }
  }

  public mutating func append(_ bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { append($0) }
  }

  /// Appends `value` as a base-128 varint, the form of protobuf's integers.
  @inlinable public mutating func append(varint value: UInt64) {
    reserve(10)
    setCount(Varint.write(value, at: base + count) - base)
  }

  /// Forgets the bytes and keeps the storage.
  @inlinable public mutating func removeAll() { setCount(0) }

  /// Forgets the bytes from `length` on.
  @inlinable public mutating func truncate(to length: Int) {
    precondition(length >= 0 && length <= count)
    setCount(length)
  }

  /// Forgets the first `length` bytes and moves the rest to the front.
  public mutating func removeFirst(_ length: Int) {
    precondition(length >= 0 && length <= count)
    base.update(from: base + length, count: count - length)
    count -= length
  }

  /// For writers that fill reserved storage through `base` themselves, such as `read`.
  @inlinable public mutating func setCount(_ newCount: Int) {
    assert(newCount >= 0 && newCount <= capacity)
    count = newCount
  }
}
