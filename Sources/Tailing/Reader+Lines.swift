import Bytes
import Decompression
import Delivery
import Glibc
import LogModel
import Pipeline
import Positions
import Syscalls
import Telemetry
import TextEncoding

// Files whose lines are not the bytes that lie there: encoded, compressed, or both. They are taken line by line, so that
// what the pipeline holds back is known by the place of its line.
extension Reader {
  /// The encoding that a file's first bytes say, and where its first line begins.
  func begin(_ file: TailedFile, encodedIn encoding: TextEncoding) {
    var (encoding, markLength) = (encoding, 0)
    if encoding.mayBeginWithMark {
      withUnsafeTemporaryAllocation(byteCount: 2, alignment: 1) { first in
        guard case .success(2) = file.content.readFully(at: 0, into: first) else { return }
        (encoding, markLength) = encoding.marked(by: UnsafeRawBufferPointer(first))
      }
    }
    file.encoding = encoding
    for index in file.groups.indices where file.groups[index].offset == 0 {
      file.groups[index].contentOffset = UInt64(markLength)
      if !file.countsLines { file.groups[index].offset = UInt64(markLength) }
    }
  }

  /// As `readChunk`.
  mutating func readLines(_ file: TailedFile, _ index: Int, clients: ClientSet, isLast: Bool) -> Bool {
    if !file.countsLines { return readEncoded(file, index, clients, isLast: isLast) }
    guard findContent(file, index) else { return false }
    let place = file.groups[index].contentOffset
    let wanted = max(Self.chunkSize, file.groups[index].searched + Self.chunkSize)
    guard let count = fill(file, at: place, wanted: wanted) else { return false }
    if file.content.isCorrupt, !file.isFailing {
      setup.metrics.readFailures.add()
      setup.log.warn(
        "file is not compressed as it should be, or is damaged", ("path", file.key.path), ("read_bytes", place),
        ("format", file.content.compression?.rawValue ?? ""))
      file.isFailing = true
    }
    if count == 0 { return false }
    let isWhole = count >= wanted
    // A last line without end is whole where nothing can follow it; a file that is being written ends in mid-stream.
    let endsHere = !isWhole && file.content.isStreamEnded
    let done = takeLines(
      file, index, clients, UnsafeBufferPointer(start: UnsafePointer(buffer.base), count: count),
      endsHere: endsHere || isLast || count >= Self.longestLine)
    shrinkBuffer()
    if done == 0, !isPaused(file) { file.groups[index].searched = count }
    return isWhole && !isPaused(file)
  }

  private mutating func readEncoded(_ file: TailedFile, _ index: Int, _ clients: ClientSet, isLast: Bool) -> Bool {
    let tail = file.groups[index].tail
    if tail.count > 0, file.content.lost(tail, before: file.groups[index].offset) {
      startAnew(file)
      return !file.isExhausted
    }
    let wanted = max(Self.chunkSize, file.groups[index].searched + Self.chunkSize)
    guard let count = fill(file, at: file.groups[index].offset, wanted: wanted), count > 0 else { return false }
    let done = takeLines(
      file, index, clients, UnsafeBufferPointer(start: UnsafePointer(buffer.base), count: count),
      endsHere: isLast || count >= Self.longestLine)
    shrinkBuffer()
    if done == 0, !isPaused(file) { file.groups[index].searched = count }
    return count >= wanted && !isPaused(file)
  }

  /// Finds the place of the next line in what comes out of a compressed file, where only its number is known.
  private mutating func findContent(_ file: TailedFile, _ index: Int) -> Bool {
    if let consumed = file.content.consumed, case .success(let status) = file.content.status, status.size < consumed {
      setup.log.info("compressed file was written anew and is read from its beginning", ("path", file.key.path))
      setup.metrics.truncations.add()
      file.content.rewind()
      restart(file)
    }
    guard file.groups[index].contentOffset == 0, file.groups[index].offset > 0 else { return true }
    var lines: UInt64 = 0
    var place: UInt64 = 0
    while lines < file.groups[index].offset {
      guard let count = fill(file, at: place, wanted: Self.chunkSize), count > 0 else { return false }
      var start = 0
      while lines < file.groups[index].offset, let end = memchr(buffer.base + start, 0x0a, count - start) {
        start = UnsafeRawPointer(end) - UnsafeRawPointer(buffer.base) + 1
        lines += 1
      }
      place += UInt64(lines < file.groups[index].offset ? count : start)
    }
    file.groups[index].contentOffset = place
    return true
  }

  /// All clients begin with the first line again.
  private mutating func restart(_ file: TailedFile) {
    let state = setup.jobs[file.target.job]!.pipeline.makeState(labels: file.labels)
    file.groups = [ReadGroup(clients: clients, offset: 0, state: state)]
    file.stamps = ReadStamps()
  }

  /// Ships the lines of a buffer.
  /// - Returns: how many of its bytes were taken.
  private mutating func takeLines(
    _ file: TailedFile, _ index: Int, _ clients: ClientSet, _ bytes: UnsafeBufferPointer<UInt8>, endsHere: Bool
  ) -> Int {
    let unit = file.encoding?.unit ?? .byte
    let first = file.groups[index].offset
    let (known, until) = file.stamps.time(at: first)
    let readTime = known ?? max(setup.clocks.wall(), file.nextReadTime)
    let extent = Self.extent(bytes, unit, endsHere: endsHere)
    if extent.lines > 0, known == nil {
      let end = min(until, first + UInt64(file.countsLines ? extent.lines : extent.bytes))
      note(file, ReadStamp(start: first, end: end, time: readTime), isNeeded: true)
    }
    var start = 0
    var lines = 0
    while start < bytes.count {
      // What was read before a crash and what follows it have different times.
      if file.groups[index].offset >= until { break }
      let rest = UnsafeBufferPointer(rebasing: bytes[start...])
      var (length, ending) = Self.line(rest, unit)
      if ending == 0, !endsHere { break }
      let taken = length + ending
      if file.countsLines, ending > 0, length > 0, rest[length - 1] == 0x0d { length -= 1 }
      shipLine(
        file, index, clients, UnsafeBufferPointer(rebasing: rest[..<length]),
        step: file.countsLines ? 1 : UInt64(taken), readTime: readTime + Int64(file.groups[index].offset - first))
      file.groups[index].contentOffset += UInt64(taken)
      if !file.countsLines {
        file.groups[index].tail.note(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: rest[..<taken])))
      }
      start += taken
      lines += 1
      if isPaused(file) { break }
    }
    if lines > 0 {
      file.groups[index].searched = 0
      let content = file.countsLines ? file.groups[index].contentOffset : file.groups[index].offset
      count(file, index, bytes: start, lines: lines, upTo: content)
    }
    return start
  }

  /// What of a buffer are whole lines.
  private static func extent(_ bytes: UnsafeBufferPointer<UInt8>, _ unit: TextEncoding.Unit, endsHere: Bool) -> (
    bytes: Int, lines: Int
  ) {
    var extent = (bytes: 0, lines: 0)
    while extent.bytes < bytes.count {
      let (length, ending) = line(UnsafeBufferPointer(rebasing: bytes[extent.bytes...]), unit)
      if ending == 0, !endsHere { break }
      extent.bytes += length + ending
      extent.lines += 1
    }
    return extent
  }

  /// The length of the first line, and of what ends it; 0 where no end is there.
  private static func line(_ bytes: UnsafeBufferPointer<UInt8>, _ unit: TextEncoding.Unit) -> (Int, Int) {
    let base = bytes.baseAddress!
    var from = 0
    while let found = memchr(base + from, 0x0a, bytes.count - from) {
      let place = UnsafeRawPointer(found) - UnsafeRawPointer(base)
      switch unit {
      case .byte: return (place, 1)
      case .utf16(let isBigEndian):
        let start = isBigEndian ? place - 1 : place
        let other = isBigEndian ? start : start + 1
        if start >= 0, start.isMultiple(of: 2), other < bytes.count, bytes[other] == 0 { return (start, 2) }
        from = place + 1
      }
    }
    return (bytes.count, 0)
  }

  private mutating func shipLine(
    _ file: TailedFile, _ index: Int, _ clients: ClientSet, _ line: UnsafeBufferPointer<UInt8>, step: UInt64,
    readTime: Int64
  ) {
    decoded.removeAll()
    if let encoding = file.encoding { decoder(encoding)?.decode(line, into: &decoded) } else { decoded.append(line) }
    decoded.append(0x0a)
    let now = monotonic
    let offset = file.groups[index].offset
    block.removeAll()
    let chunk = UnsafeBufferPointer(start: UnsafePointer(decoded.base), count: decoded.count)
    _ = runner(file.target.job).run(
      chunk, offset: offset, readTime: readTime, now: now, state: &file.groups[index].state,
      streams: &streams, into: &block)
    file.groups[index].offset += step
    deliver(file, index, clients, chunk: chunk.baseAddress!, offset: offset, now: now)
  }

  private mutating func decoder(_ encoding: TextEncoding) -> TextDecoder? {
    if let known = decoders[encoding] { return known }
    let decoder = TextDecoder(encoding)
    decoders[encoding] = decoder
    return decoder
  }
}
