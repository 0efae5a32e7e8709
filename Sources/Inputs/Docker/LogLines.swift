import Feeding
import Glibc
import GoCompat
import LogModel
import Pipeline
import Positions

/// Makes entries of the messages of one container's log: joins the parts of long lines, passes over what was read before, and
/// knows the place behind what it gave. A value without I/O.
struct LogLines {
  /// A joined line is cut here: bytes.
  static let longestLine = 1 << 20
  /// A part that long may be followed by one with a later time: engines cut lines at 8 or 16 KiB.
  private static let engineCut = 8 << 10

  private struct OneStream {
    var mark: ContainerPlace.Mark?
    /// Entries with the mark's time that were passed over; nil when nothing is passed over any more.
    var passed: Int?
    /// The beginning of a line whose end has not come yet.
    var part: [UInt8] = []
    var partTime: Int64?
    /// Where in a file its first part began.
    var partStart: UInt64 = 0
    var isCut = false
  }

  /// What is to be counted.
  struct Counts {
    var entries = 0
    /// Messages that were none.
    var malformed = 0
    var cut = 0
  }

  private var streams = [OneStream(), OneStream()]
  private let labelSets: [LabelSet]
  /// Of each stream: a place in `labelSets`; nil where a rule drops it.
  private let labels: [Int?]
  private var clock = RuntimeClock()
  private var chunk = EntryChunk(place: SourcePlace(entry: ""))
  private var hasMoved = false
  /// The file that lines come from, if they do.
  private var file: ContainerPlace.InFile?
  private(set) var counts = Counts()

  /// - Parameter labels: of entries, by stream; nil where a rule drops the stream.
  init(labels: [OutputStream: LabelSet]) {
    let both = OutputStream.allCases.map { labels[$0] }
    labelSets = both.compactMap { $0 }
    self.labels = both[0] == nil ? [nil, both[1] == nil ? nil : 0] : [0, both[1] == nil ? nil : 1]
    chunk.labelSets = labelSets
  }

  // MARK: - Places

  /// Where reading is to go on if it ends here.
  var place: ContainerPlace {
    var place = ContainerPlace()
    var last: Int64?
    for stream in streams { if let time = stream.mark?.time { last = max(last ?? time, time) } }
    guard let last else { return place }
    for stream in OutputStream.allCases {
      let one = streams[stream.rawValue]
      let floor = ContainerPlace.Mark(time: last - ContainerPlace.disorder, count: 0)
      if let time = one.partTime {
        // What waits for its end is to come again.
        place[stream] = one.mark ?? .init(time: min(time, floor.time), count: 0)
      } else {
        place[stream] = one.mark.map { $0.time < floor.time ? floor : $0 } ?? floor
      }
    }
    place.file = file
    return place
  }

  /// Begins behind a place: what comes again is passed over. What waited for its end comes again too.
  mutating func begin(behind place: ContainerPlace?) {
    for stream in OutputStream.allCases {
      let mark = place?[stream]
      streams[stream.rawValue] = OneStream(mark: mark, passed: mark == nil ? nil : 0)
    }
    file = nil
    chunk.bytes.removeAll(keepingCapacity: true)
    chunk.entries.removeAll(keepingCapacity: true)
    hasMoved = false
  }

  /// What comes from here on may have been read before.
  mutating func passOverAgain() {
    let place = place
    for stream in OutputStream.allCases {
      let index = stream.rawValue
      streams[index].mark = place[stream]
      streams[index].passed = place[stream] == nil ? nil : 0
      streams[index].part.removeAll()
      streams[index].partTime = nil
    }
  }

  /// Everything from here on is new.
  mutating func passNothingOver() { for index in streams.indices { streams[index].passed = nil } }

  /// The lines up to `end` of a file were taken.
  mutating func note(_ file: ContainerPlace.InFile) {
    var file = file
    for stream in streams where stream.partTime != nil { file.start = min(file.start, stream.partStart) }
    if self.file != file { hasMoved = true }
    self.file = file
  }

  /// Where the lines came from cannot be told by an offset.
  mutating func noteNoFile() { file = nil }

  // MARK: - Messages

  /// Takes a message of a multiplexed stream: time, blank, text, and a line end unless more of the line is to come. Should an
  /// engine put several into one frame, each begins with its time.
  mutating func take(_ stream: OutputStream, _ message: UnsafeBufferPointer<UInt8>, isCut: Bool) {
    var rest = message
    var from = 0
    while let base = rest.baseAddress, from < rest.count - 1,
      let end = memchr(base + from, 0x0a, rest.count - 1 - from).map({ $0 - UnsafeMutableRawPointer(mutating: base) })
    {
      let next = UnsafeBufferPointer(rebasing: rest[(end + 1)...])
      from = end + 1
      if timed(next) == nil { continue }
      takeOne(stream, UnsafeBufferPointer(rebasing: rest[...end]), isCut: false)
      rest = next
      from = 0
    }
    takeOne(stream, rest, isCut: isCut)
  }

  private mutating func takeOne(_ stream: OutputStream, _ message: UnsafeBufferPointer<UInt8>, isCut: Bool) {
    let (time, text): (Int64, UnsafeBufferPointer<UInt8>)
    if let timed = timed(message) {
      (time, text) = timed
    } else if let before = streams[stream.rawValue].partTime {
      // A part that goes on without its time.
      (time, text) = (before, message)
    } else {
      counts.malformed += 1
      return
    }
    if isCut { counts.cut += 1 }
    if text.last == 0x0a {
      add(stream, time, UnsafeBufferPointer(rebasing: text.dropLast()), endsLine: true)
    } else {
      add(stream, time, text, endsLine: isCut)
    }
  }

  /// Takes a line of a container with a terminal: the parts of a long one follow each other, each with its time again.
  mutating func take(line: UnsafeBufferPointer<UInt8>, isCut: Bool) {
    guard let (time, text) = timed(line) else {
      counts.malformed += 1
      return
    }
    if isCut { counts.cut += 1 }
    let head = UnsafeBufferPointer(rebasing: line[..<(line.count - text.count)])
    var rest = text
    while text.count > Self.engineCut, let next = Self.find(head, in: rest) {
      add(.stdout, time, UnsafeBufferPointer(rebasing: rest[..<next]), endsLine: false)
      rest = UnsafeBufferPointer(rebasing: rest[(next + head.count)...])
    }
    add(.stdout, time, rest, endsLine: true)
  }

  /// Takes a message whose parts are known.
  /// - Parameters:
  ///   - time: nanoseconds since 1970.
  ///   - start: where it begins in a file.
  mutating func add(
    _ stream: OutputStream, _ time: Int64, _ text: UnsafeBufferPointer<UInt8>, endsLine: Bool, start: UInt64 = 0
  ) {
    let index = stream.rawValue
    if let before = streams[index].partTime {
      if before == time || streams[index].part.count >= Self.engineCut {
        append(text, index)
        if endsLine { release(stream) }
        return
      }
      // Its writer ended without a line end; this is another line.
      release(stream)
    }
    if endsLine {
      emit(stream, time, text)
    } else {
      streams[index].partTime = time
      streams[index].partStart = start
      append(text, index)
    }
  }

  /// Nothing more can come of the lines at hand.
  mutating func end() {
    for stream in OutputStream.allCases where streams[stream.rawValue].partTime != nil { release(stream) }
  }

  mutating func countMalformed() { counts.malformed += 1 }

  private mutating func append(_ text: UnsafeBufferPointer<UInt8>, _ index: Int) {
    let room = Self.longestLine - streams[index].part.count
    if text.count > room, !streams[index].isCut {
      streams[index].isCut = true
      counts.cut += 1
    }
    streams[index].part.append(contentsOf: text.prefix(max(0, room)))
  }

  private mutating func release(_ stream: OutputStream) {
    let index = stream.rawValue
    guard let time = streams[index].partTime else { return }
    var part: [UInt8] = []
    swap(&part, &streams[index].part)
    streams[index].partTime = nil
    streams[index].isCut = false
    part.withUnsafeBufferPointer { emit(stream, time, $0) }
  }

  private mutating func emit(_ stream: OutputStream, _ time: Int64, _ line: UnsafeBufferPointer<UInt8>) {
    let index = stream.rawValue
    if let passed = streams[index].passed, let mark = streams[index].mark {
      if time < mark.time { return }
      if time == mark.time, passed < mark.count {
        streams[index].passed = passed + 1
        return
      }
      streams[index].passed = nil
    }
    var count = 0
    if let mark = streams[index].mark, mark.time == time { count = mark.count }
    streams[index].mark = .init(time: time, count: count + 1)
    turnBack(to: time, index)
    hasMoved = true
    counts.entries += 1
    guard let labels = labels[index] else { return }
    // Podman tells whole seconds: a nanosecond each keeps the order, and equal lines from being taken for copies.
    let isWhole = time % 1_000_000_000 == 0
    chunk.append(
      line, labels: labels,
      time: Timestamp(nanosecondsSince1970: isWhole ? time + Int64(min(count, 999_999_999)) : time))
  }

  /// The clock was set back: what the other stream writes from here on is not to be taken for old.
  private mutating func turnBack(to time: Int64, _ index: Int) {
    let other = 1 - index
    guard let mark = streams[other].mark, mark.time > time + ContainerPlace.disorder else { return }
    streams[other].mark = .init(time: time, count: 0)
  }

  /// The time at the front of a message, and what follows the blank behind it.
  private mutating func timed(_ message: UnsafeBufferPointer<UInt8>) -> (Int64, UnsafeBufferPointer<UInt8>)? {
    guard let blank = message.prefix(64).firstIndex(of: 0x20),
      let time = self.time(UnsafeBufferPointer(rebasing: message[..<blank]))
    else { return nil }
    return (time, UnsafeBufferPointer(rebasing: message[(blank + 1)...]))
  }

  /// RFC 3339: nanoseconds since 1970.
  mutating func time(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
    if let time = clock.parse(text) { return Self.nanoseconds(time.seconds, Int64(time.nanoseconds)) }
    guard let time = TimestampFormat.rfc3339Nano.parse(text, currentYear: 0) else { return nil }
    return Self.nanoseconds(time.seconds, Int64(time.nanoseconds))
  }

  private static func nanoseconds(_ seconds: Int64, _ rest: Int64) -> Int64? {
    let (product, overflows) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    return overflows ? nil : product &+ rest
  }

  private static func find(_ needle: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>) -> Int? {
    var from = 0
    while from + needle.count <= text.count,
      let place = text[from..<(text.count - needle.count + 1)].firstIndex(of: needle[0])
    {
      if text[place..<(place + needle.count)].elementsEqual(needle) { return place }
      from = place + 1
    }
    return nil
  }

  // MARK: - Chunks

  /// Bytes of lines that wait to be handed over.
  var size: Int { chunk.bytes.count }

  /// What came since the last call, and the place behind it; nil where nothing did.
  mutating func takeChunk() -> (EntryChunk, ContainerPlace)? {
    guard hasMoved else { return nil }
    hasMoved = false
    let place = place
    var taken = EntryChunk(labelSets: labelSets, place: place.saved)
    swap(&taken.bytes, &chunk.bytes)
    swap(&taken.entries, &chunk.entries)
    return (taken, place)
  }

  /// What is to be counted since the last call.
  mutating func takeCounts() -> Counts {
    defer { counts = Counts() }
    return counts
  }
}
