public import Bytes
import Glibc
import GoCompat

/// Turns encoded lines into UTF-8. What the encoding has no character for becomes U+FFFD, a byte at a time.
///
/// Used by one thread.
public final class TextDecoder {
  private let converter: iconv_t?

  /// - Returns: nil where this system's iconv(3) does not know the encoding.
  public init?(_ encoding: TextEncoding) {
    if encoding.isUTF8 {
      converter = nil
      return
    }
    let opened = iconv_open("UTF-8", encoding.converterName)
    // (iconv_t)-1 is how it fails.
    if Int(bitPattern: opened) == -1 { return nil }
    converter = opened
  }

  deinit { if let converter { iconv_close(converter) } }

  /// Appends a line, which stands for itself: nothing is remembered of the one before.
  public func decode(_ line: UnsafeBufferPointer<UInt8>, into out: inout ByteBuffer) {
    guard let base = line.baseAddress, !line.isEmpty else { return }
    guard let converter else {
      repair(line, into: &out)
      return
    }
    iconv(converter, nil, nil, nil, nil)
    var source: UnsafeMutablePointer<CChar>? = UnsafeMutableRawPointer(mutating: base).assumingMemoryBound(
      to: CChar.self)
    var left = line.count
    while left > 0 {
      out.reserve(max(64, left * 3))
      var target: UnsafeMutablePointer<CChar>? = UnsafeMutableRawPointer(out.base + out.count).assumingMemoryBound(
        to: CChar.self)
      let room = out.capacity - out.count
      var free = room
      let isWhole = iconv(converter, &source, &left, &target, &free) != -1
      let error = errno
      out.setCount(out.count + room - free)
      if isWhole || error == E2BIG { continue }
      out.append("\u{FFFD}")
      // A character that the line's end cut off is one, however many bytes it has.
      if error == EINVAL { return }
      source = source.map { $0 + 1 }
      left -= 1
    }
  }

  /// UTF-8 with U+FFFD for each stray byte, as Go decodes it.
  private func repair(_ line: UnsafeBufferPointer<UInt8>, into out: inout ByteBuffer) {
    var start = 0
    var place = 0
    while place < line.count {
      let length = UTF8Text.sequenceLength(line, place)
      if length == 0 {
        out.append(UnsafeBufferPointer(rebasing: line[start..<place]))
        out.append("\u{FFFD}")
        start = place + 1
      }
      place += max(1, length)
    }
    out.append(UnsafeBufferPointer(rebasing: line[start...]))
  }
}
