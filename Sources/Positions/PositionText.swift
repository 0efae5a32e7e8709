import Bytes
import LogModel

/// The text of a file of positions while it is written: there may be ten thousands of lines, every few seconds.
struct PositionText: ~Copyable {
  private var buffer = ByteBuffer(capacity: 65536)

  var bytes: [UInt8] { Array(buffer.bytes) }

  var checksum: UInt64 { Hash.bytes(UnsafeRawBufferPointer(buffer.bytes)) }

  mutating func append(_ literal: StaticString) { buffer.append(literal) }

  mutating func append(_ text: String) { buffer.append(text) }

  /// As Go quotes it.
  mutating func append(quoted text: String) {
    var text = text
    let isPlain = text.withUTF8 { text in
      guard text.allSatisfy({ $0 >= 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x5c }) else { return false }
      buffer.append(0x22)
      buffer.append(text)
      buffer.append(0x22)
      return true
    }
    if !isPlain { append(GoQuote.quote(text)) }
  }

  mutating func append(_ number: UInt64) {
    buffer.reserve(20)
    let start = buffer.count
    var end = start
    var left = number
    repeat {
      buffer.base[end] = 48 + UInt8(truncatingIfNeeded: left % 10)
      left /= 10
      end += 1
    } while left > 0
    buffer.setCount(end)
    var digits = UnsafeMutableBufferPointer(start: buffer.base + start, count: end - start)
    digits.reverse()
  }

  mutating func append(_ number: Int64) {
    if number < 0 { buffer.append(0x2d) }
    append(number.magnitude)
  }

  mutating func append(hexadecimal number: UInt64) {
    let digits = max(1, (64 - number.leadingZeroBitCount + 3) / 4)
    for place in (0..<digits).reversed() {
      let digit = UInt8(truncatingIfNeeded: number >> UInt64(4 * place) & 15)
      buffer.append(digit < 10 ? 48 + digit : 87 + digit)
    }
  }
}
