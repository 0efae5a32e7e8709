import Bytes

/// The storage of batches that are sealed, for those that begin: a lane with nothing under construction holds none.
struct SpareBuffers: ~Copyable {
  /// What is kept at most: bytes.
  private static let most = 4 << 20

  private var buffers = InPlace<ByteBuffer>()
  private var capacity = 0

  /// The one that was given last; nil when there is none.
  mutating func take() -> ByteBuffer? {
    guard let buffer = buffers.popLast() else { return nil }
    capacity -= buffer.capacity
    return buffer
  }

  mutating func give(_ buffer: consuming ByteBuffer) {
    if capacity + buffer.capacity > Self.most { return }
    capacity += buffer.capacity
    buffers.append(buffer)
  }
}
