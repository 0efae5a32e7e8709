import Bytes
import Glibc
import GoCompat

/// `decolorize`: the line without the escape sequences that colour a terminal (ECMA-48).
struct CompiledDecolorize: ~Copyable, Sendable {
  /// Operating system commands up to their BEL, and control sequences up to their final byte.
  /// nil cannot be: the pattern is a constant.
  static let sequences = try? Regex(
    #"[\x1b\x{9b}][\[\]()#;?]*(?:(?:(?:[a-zA-Z\d]*(?:;[a-zA-Z\d]*)*)?\x07)"#
      + #"|(?:(?:\d{1,4}(?:;\d{0,4})*)?[\dA-PRZcf-ntqry=><~]))"#)
}

extension LineContext {
  mutating func run(_ stage: borrowing CompiledDecolorize) {
    let count = Int(line.count)
    guard mayHaveSequence(bytes(line)), let expression = CompiledDecolorize.sequences else { return }
    made.reserve(count)
    let start = made.count
    let input = bytes(line)
    var range = GroupRange.none
    var place = 0
    withUnsafeMutablePointer(to: &range) { range in
      let groups = UnsafeMutableBufferPointer(start: range, count: 1)
      while place < count, expression.match(input, from: place, into: groups) {
        made.append(UnsafeBufferPointer(rebasing: input[place..<groups[0].range.lowerBound]))
        place = groups[0].range.upperBound
      }
    }
    if place == 0 { return }
    made.append(UnsafeBufferPointer(rebasing: input[place...]))
    line = Slice(.made, start, made.count - start)
  }

  /// ESC, or the second byte of U+009B.
  private func mayHaveSequence(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let base = text.baseAddress else { return false }
    return memchr(base, 0x1b, text.count) != nil || memchr(base, 0x9b, text.count) != nil
  }
}
