import Glibc

/// The last bytes before the place up to which a file was read. They are read again with what follows them: where they
/// have changed, the file was written anew, even if it is as long as before or longer.
struct ReadTail: Sendable {
  /// Bytes kept; fewer near the beginning of a file.
  static let length = 32

  private var bytes = InlineArray<32, UInt8>(repeating: 0)
  /// 0: nothing is known.
  private(set) var count = 0

  /// - Parameter read: what was read next; the end of it is kept.
  mutating func note(_ read: UnsafeRawBufferPointer) {
    let fresh = min(read.count, Self.length)
    let kept = min(count, Self.length - fresh)
    for place in 0..<kept { bytes[place] = bytes[count - kept + place] }
    for place in 0..<fresh { bytes[kept + place] = read[read.count - fresh + place] }
    count = kept + fresh
  }

  /// Whether a buffer that begins `count` bytes before the place still has the same bytes there.
  func matches(_ buffer: UnsafeRawPointer) -> Bool {
    bytes.span.withUnsafeBytes { memcmp($0.baseAddress!, buffer, count) == 0 }
  }

  mutating func forget() { count = 0 }
}
