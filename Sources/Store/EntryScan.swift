import Bytes
import GRDB
import LogModel
import LogQL
import StoreFormat

/// Walks the segments of several streams in order of time and stops when it has enough: those that cannot hold one of
/// the next entries are not read.
struct EntryScan {
  let streams: [Int64: LabelSet]
  let pipeline: LinePipeline
  let span: TimeSpan
  let direction: Direction
  let limit: Int
  /// Nanoseconds that entries must lie apart; 0: all of them.
  let interval: Int64

  /// What is left of one segment after filtering, in the order of the scan.
  private struct Cursor {
    var entries: [StoreEntry]
    var next = 0
    var stream: Int64
    var segment: Int64

    var time: Int64 { entries[next].timestamp }
  }

  func run(_ db: Database) throws -> [StoreEntry] {
    let isForward = direction == .forward
    let segments = try SegmentRow.list(db, streams: streams.keys, in: span).sorted { a, b in
      let (x, y) = isForward ? (a.minTime, b.minTime) : (b.maxTime, a.maxTime)
      return x == y ? (isForward ? a.id < b.id : a.id > b.id) : x < y
    }
    let reader = SegmentReader()
    var pending = segments[...]
    var open = Heap<Cursor> { a, b in
      if a.time != b.time { return isForward ? a.time < b.time : a.time > b.time }
      return isForward ? a.segment < b.segment : a.segment > b.segment
    }
    var output = Output(interval: interval, isForward: isForward)
    while output.entries.count < limit {
      // Every segment that could hold an entry before the best one known must be opened first.
      while let segment = pending.first,
        open.first.map({ isForward ? segment.minTime <= $0.time : segment.maxTime >= $0.time }) ?? true
      {
        try Task.checkCancellation()
        pending.removeFirst()
        let entries = try load(segment, db, reader)
        if !entries.isEmpty { open.insert(Cursor(entries: entries, stream: segment.stream, segment: segment.id)) }
      }
      guard var cursor = open.removeFirst() else { break }
      output.add(cursor.entries[cursor.next], stream: cursor.stream)
      cursor.next += 1
      if cursor.next < cursor.entries.count { open.insert(cursor) }
    }
    return output.entries
  }

  /// The entries of a segment that match, at most as many as can be wanted.
  private func load(_ segment: SegmentRow, _ db: Database, _ reader: SegmentReader) throws -> [StoreEntry] {
    guard let labels = streams[segment.stream],
      try SegmentRow.load(db, id: segment.id, text: true, into: reader)
    else { return [] }
    if !pipeline.mayKeepSome(in: reader.textBytes) { return [] }
    let most = interval > 0 ? Int.max : limit
    var entries: [StoreEntry] = []
    func take(_ place: Int) -> Bool {
      let time = reader.timestamps[place]
      guard time >= span.start, time < span.end else { return true }
      let line = reader.line(place)
      guard pipeline.keeps(line) else { return true }
      entries.append(
        StoreEntry(stream: labels, timestamp: time, line: Array(line), metadata: reader.metadata(place)))
      return entries.count < most
    }
    switch direction {
    case .forward: for place in 0..<reader.count where !take(place) { break }
    case .backward: for place in (0..<reader.count).reversed() where !take(place) { break }
    }
    return entries
  }

  /// Collects entries, leaving out copies and those too close to the one before.
  private struct Output {
    let interval: Int64
    let isForward: Bool
    var entries: [StoreEntry] = []
    /// What was seen at the time of the last entry, to find copies from other segments.
    private var atSameTime: [Int64: [StoreEntry]] = [:]
    private var lastTime: Int64?
    private var lastKept: Int64?

    init(interval: Int64, isForward: Bool) {
      self.interval = interval
      self.isForward = isForward
    }

    mutating func add(_ entry: StoreEntry, stream: Int64) {
      if entry.timestamp != lastTime {
        atSameTime.removeAll(keepingCapacity: true)
        lastTime = entry.timestamp
      }
      let isCopy = atSameTime[stream]?.contains { $0.line == entry.line && $0.metadata == entry.metadata } ?? false
      if isCopy { return }
      atSameTime[stream, default: []].append(entry)
      if interval > 0, let lastKept {
        let distance = isForward ? entry.timestamp &- lastKept : lastKept &- entry.timestamp
        if distance < interval { return }
      }
      lastKept = entry.timestamp
      entries.append(entry)
    }
  }
}

/// A binary heap; the first element is the one before all others.
struct Heap<Element> {
  private var elements: [Element] = []
  private let precedes: (Element, Element) -> Bool

  init(_ precedes: @escaping (Element, Element) -> Bool) { self.precedes = precedes }

  var first: Element? { elements.first }

  mutating func insert(_ element: Element) {
    elements.append(element)
    var child = elements.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard precedes(elements[child], elements[parent]) else { return }
      elements.swapAt(child, parent)
      child = parent
    }
  }

  mutating func removeFirst() -> Element? {
    guard !elements.isEmpty else { return nil }
    elements.swapAt(0, elements.count - 1)
    let first = elements.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < elements.count {
        if precedes(elements[child], elements[least]) { least = child }
      }
      if least == parent { return first }
      elements.swapAt(parent, least)
      parent = least
    }
  }
}
