public import LogModel

/// A line as container runtimes write it (Kubernetes, CRI logging): `TIME STREAM FLAGS CONTENT`.
struct CRILine {
  /// Offsets from the start of the line.
  var time: Range<Int>
  var isError: Bool
  var flags: Range<Int>
  var content: Int

  /// The same lines that `^(?s)(\S+?) (stdout|stderr) (\S+?) (.*)$` matches.
  @inline(__always)
  init?(_ line: UnsafeBufferPointer<UInt8>) {
    guard let base = line.baseAddress, line.count >= 11 else { return nil }
    var end = 0
    while end < line.count, base[end] != 0x20 {
      if base[end] <= 0x0d, Self.isSpace(base[end]) { return nil }
      end &+= 1
    }
    // `stdout ` or `stderr `, a flag and a blank.
    guard end > 0, line.count &- end >= 10 else { return nil }
    let stream = base + end + 1
    guard stream[0] == 0x73, stream[1] == 0x74, stream[2] == 0x64, stream[6] == 0x20 else { return nil }
    if stream[3] == 0x6f, stream[4] == 0x75, stream[5] == 0x74 {
      isError = false
    } else if stream[3] == 0x65, stream[4] == 0x72, stream[5] == 0x72 {
      isError = true
    } else {
      return nil
    }
    time = 0..<end
    let flagStart = end &+ 8
    var flagEnd = flagStart
    while flagEnd < line.count, base[flagEnd] != 0x20 {
      if base[flagEnd] <= 0x0d, Self.isSpace(base[flagEnd]) { return nil }
      flagEnd &+= 1
    }
    guard flagEnd > flagStart, flagEnd < line.count else { return nil }
    flags = flagStart..<flagEnd
    content = flagEnd &+ 1
  }

  /// The flag that says more of the line is to come; with further tags it is another flag.
  func isPartial(_ base: UnsafePointer<UInt8>) -> Bool { flags.count == 1 && base[flags.lowerBound] == 0x50 }

  @inline(__always) private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 9 || byte == 10 || byte == 12 || byte == 13
  }
}

/// Reads the times of container runtimes, `2006-01-02T15:04:05.999999999Z`, by their columns.
///
/// Consecutive lines share their second most of the time, so the last one's first 19 bytes and its value are kept.
public struct RuntimeClock: Sendable {
  private var known: (UInt64, UInt64, UInt32) = (0, 0, 0)
  private var seconds: Int64 = 0

  public init() {}

  /// nil for every other form; the caller then parses RFC 3339 in full.
  @inline(__always)
  public mutating func parse(_ text: UnsafeBufferPointer<UInt8>) -> Timestamp? {
    guard let base = text.baseAddress, text.count >= 20, base[text.count &- 1] == 0x5a else { return nil }
    let raw = UnsafeRawPointer(base)
    let head = (
      raw.loadUnaligned(as: UInt64.self), raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
      raw.loadUnaligned(fromByteOffset: 15, as: UInt32.self)
    )
    if head != known {
      guard let value = Self.second(base) else { return nil }
      known = head
      seconds = value
    }
    if text.count == 20 { return Timestamp(seconds: seconds, nanoseconds: 0) }
    guard base[19] == 0x2e, text.count >= 22, text.count <= 30 else { return nil }
    var nanoseconds: UInt32 = 0
    var place = 20
    while place < text.count &- 1 {
      let digit = base[place] &- 0x30
      guard digit < 10 else { return nil }
      nanoseconds = nanoseconds &* 10 &+ UInt32(digit)
      place &+= 1
    }
    while place < 29 {
      nanoseconds = nanoseconds &* 10
      place &+= 1
    }
    return Timestamp(seconds: seconds, nanoseconds: nanoseconds)
  }

  private static func second(_ base: UnsafePointer<UInt8>) -> Int64? {
    guard base[4] == 0x2d, base[7] == 0x2d, base[10] == 0x54, base[13] == 0x3a, base[16] == 0x3a else { return nil }
    func number(_ place: Int, _ digits: Int) -> Int64? {
      var value: Int64 = 0
      for index in place..<place + digits {
        let digit = base[index] &- 0x30
        guard digit < 10 else { return nil }
        value = value * 10 + Int64(digit)
      }
      return value
    }
    guard let year = number(0, 4), let month = number(5, 2), let day = number(8, 2), let hour = number(11, 2),
      year >= 1,
      let minute = number(14, 2), let second = number(17, 2), (1...12).contains(month), day >= 1, hour < 24,
      minute < 60, second < 60
    else { return nil }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard day <= lengths[Int(month - 1)] else { return nil }
    // Days from 1970-01-01 (H. Hinnant, chrono-compatible low-level date algorithms).
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return (era * 146_097 + dayOfEra - 719_468) * 86_400 + hour * 3600 + minute * 60 + second
  }
}
