/// Which output of a container a line came from.
enum OutputStream: Int, Sendable, CaseIterable {
  case stdout
  case stderr
}

/// Why a log stream cannot be read on.
struct LogStreamError: Error, CustomStringConvertible {
  var description: String
}

/// Takes Docker's multiplexed log stream apart: frames of one message each behind a header of eight bytes (the stream, three
/// zeros, the length). A value without I/O; the bytes may come cut anywhere.
struct FrameDecoder {
  /// Bytes of a frame that are kept; the rest is passed over, so that no length takes all memory.
  static let longestFrame = LogLines.longestLine + 64

  /// What came of a frame that is not whole yet, its header first.
  private var held: [UInt8] = []
  /// Bytes of the frame that are to be passed over.
  private var excess = 0

  /// Hands over each message that the bytes complete.
  /// - Parameter body: stream, message, and whether its end was passed over.
  /// - Throws: when the bytes are no such stream, or the engine tells of a failure in it.
  mutating func take(
    _ bytes: UnsafeRawBufferPointer, _ body: (OutputStream, UnsafeBufferPointer<UInt8>, Bool) -> Void
  ) throws(LogStreamError) {
    let bytes = bytes.assumingMemoryBound(to: UInt8.self)
    var start = 0
    while start < bytes.count {
      let rest = UnsafeBufferPointer(rebasing: bytes[start...])
      if held.isEmpty, let length = try Self.length(rest), length <= Self.longestFrame, rest.count >= 8 + length {
        try Self.give(rest[0], UnsafeBufferPointer(rebasing: rest[8..<8 + length]), false, body)
        start += 8 + length
        continue
      }
      start += try gather(rest, body)
    }
  }

  /// Adds to a frame that comes in pieces.
  /// - Returns: how many bytes were taken.
  private mutating func gather(
    _ bytes: UnsafeBufferPointer<UInt8>, _ body: (OutputStream, UnsafeBufferPointer<UInt8>, Bool) -> Void
  ) throws(LogStreamError) -> Int {
    if held.count < 8 {
      let taken = min(8 - held.count, bytes.count)
      held.append(contentsOf: bytes[..<taken])
      guard held.count == 8 else { return taken }
      let length = try header()
      excess = max(0, length - Self.longestFrame)
      if length == 0 { try finish(isCut: false, body) }
      return taken
    }
    let length = try header()
    let wanted = 8 + min(length, Self.longestFrame)
    if held.count < wanted {
      let taken = min(wanted - held.count, bytes.count)
      held.append(contentsOf: bytes[..<taken])
      if held.count == wanted, excess == 0 { try finish(isCut: false, body) }
      return taken
    }
    let passed = min(excess, bytes.count)
    excess -= passed
    if excess == 0 { try finish(isCut: true, body) }
    return passed
  }

  private mutating func finish(
    isCut: Bool, _ body: (OutputStream, UnsafeBufferPointer<UInt8>, Bool) -> Void
  ) throws(LogStreamError) {
    let stream = held[0]
    var whole: [UInt8] = []
    swap(&whole, &held)
    let result: Result<Void, LogStreamError> = whole.withUnsafeBufferPointer { bytes in
      do throws(LogStreamError) {
        try Self.give(stream, UnsafeBufferPointer(rebasing: bytes[8...]), isCut, body)
        return .success(())
      } catch {
        return .failure(error)
      }
    }
    whole.removeAll(keepingCapacity: whole.capacity <= 1 << 16)
    swap(&whole, &held)
    try result.get()
  }

  private func header() throws(LogStreamError) -> Int {
    let found: Result<Int?, LogStreamError> = held.withUnsafeBufferPointer { bytes in
      do throws(LogStreamError) { return .success(try Self.length(bytes)) } catch { return .failure(error) }
    }
    return try found.get() ?? 0
  }

  /// nil where the header is not whole.
  private static func length(_ bytes: UnsafeBufferPointer<UInt8>) throws(LogStreamError) -> Int? {
    guard bytes.count >= 8 else { return nil }
    guard bytes[0] <= 3, bytes[1] == 0, bytes[2] == 0, bytes[3] == 0 else {
      throw LogStreamError(description: "the engine's answer is no multiplexed log stream")
    }
    return Int(bytes[4]) << 24 | Int(bytes[5]) << 16 | Int(bytes[6]) << 8 | Int(bytes[7])
  }

  private static func give(
    _ stream: UInt8, _ message: UnsafeBufferPointer<UInt8>, _ isCut: Bool,
    _ body: (OutputStream, UnsafeBufferPointer<UInt8>, Bool) -> Void
  ) throws(LogStreamError) {
    // What the engine itself has to say, such as that the log is damaged.
    if stream == 3 {
      throw LogStreamError(description: "the engine: \(String(decoding: message.prefix(300), as: UTF8.self))")
    }
    body(stream == 2 ? .stderr : .stdout, message, isCut)
  }
}

/// Cuts the output of a container with a terminal, plain text in one stream, into lines. A value without I/O.
struct TerminalDecoder {
  private var held: [UInt8] = []
  private var isCut = false

  /// Hands over each line that the bytes complete, without its end, and whether its end was passed over.
  mutating func take(_ bytes: UnsafeRawBufferPointer, _ body: (UnsafeBufferPointer<UInt8>, Bool) -> Void) {
    let bytes = bytes.assumingMemoryBound(to: UInt8.self)
    var start = 0
    while start < bytes.count {
      let rest = UnsafeBufferPointer(rebasing: bytes[start...])
      guard let end = rest.firstIndex(of: 0x0a) else {
        hold(rest)
        return
      }
      start += end + 1
      let line = UnsafeBufferPointer(rebasing: rest[..<end])
      if held.isEmpty {
        body(Self.withoutReturn(line), false)
      } else {
        hold(line)
        held.withUnsafeBufferPointer { body(Self.withoutReturn($0), isCut) }
        held.removeAll(keepingCapacity: held.capacity <= 1 << 16)
        isCut = false
      }
    }
  }

  private mutating func hold(_ bytes: UnsafeBufferPointer<UInt8>) {
    let room = FrameDecoder.longestFrame - held.count
    if bytes.count > room { isCut = true }
    held.append(contentsOf: bytes.prefix(max(0, room)))
  }

  private static func withoutReturn(_ line: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    line.last == 0x0d ? UnsafeBufferPointer(rebasing: line.dropLast()) : line
  }
}
