import Bytes
import GRDB
import LogModel
import LogQL
import StoreFormat

/// Counts entries and bytes in the windows of a range aggregation, reading as little of each segment as will do: nothing
/// when all of it falls into the same windows, its index when lines do not matter, else its text.
struct RangeScan {
  let pipeline: LinePipeline
  let grid: EvaluationGrid
  /// Nanoseconds; a window at t holds what is after t - range and not after t.
  let range: Int64
  let offset: Int64

  /// Sums per window, as differences from the window before.
  struct Sums: Sendable {
    var labels: LabelSet
    var entries: [Int]
    var bytes: [Int]
  }

  var span: TimeSpan {
    let first = grid.start &- offset
    return TimeSpan(start: first &- range &+ 1, end: first &+ Int64(grid.count - 1) &* grid.step &+ 1)
  }

  /// The windows an entry is in.
  private func windows(_ time: Int64) -> Range<Int> {
    let (first, end) = windowBounds(time)
    let inside = (max(0, first), min(Int64(grid.count), end))
    return inside.0 < inside.1 ? Int(inside.0)..<Int(inside.1) : 0..<0
  }

  /// The same without regard to where the grid begins and ends. Both grow with time, so that two times with equal bounds
  /// have all times between them in the same windows.
  private func windowBounds(_ time: Int64) -> (first: Int64, end: Int64) {
    let since = time &- (grid.start &- offset)
    return (divideUp(since, grid.step), divideUp(since &+ range, grid.step))
  }

  private func divideUp(_ a: Int64, _ b: Int64) -> Int64 {
    let (quotient, remainder) = a.quotientAndRemainder(dividingBy: b)
    return remainder > 0 ? quotient + 1 : quotient
  }

  func run(_ db: Database, streams: [Int64: LabelSet]) throws -> [Sums] {
    let reader = SegmentReader()
    var results: [Sums] = []
    let byStream = Dictionary(grouping: try SegmentRow.list(db, streams: streams.keys, in: span), by: \.stream)
    for (id, segments) in byStream {
      guard let labels = streams[id] else { continue }
      var stream = StreamSums(labels: labels, windows: grid.count)
      let ordered = segments.sorted { ($0.minTime, $0.id) < ($1.minTime, $1.id) }
      var latest = Int64.min
      for (place, segment) in ordered.enumerated() {
        try Task.checkCancellation()
        // Copies of an entry can only be in segments whose times meet.
        let next = place + 1 < ordered.count ? ordered[place + 1].minTime : Int64.max
        try add(segment, sharedUpTo: latest, sharedFrom: next, db, reader, to: &stream)
        latest = max(latest, segment.maxTime)
      }
      results += stream.results
    }
    return results
  }

  private func add(
    _ segment: SegmentRow, sharedUpTo: Int64, sharedFrom: Int64, _ db: Database, _ reader: SegmentReader,
    to stream: inout StreamSums
  ) throws {
    let isShared = segment.minTime <= sharedUpTo || segment.maxTime >= sharedFrom
    let needsText = isShared || !pipeline.isEmpty
    if !needsText, !segment.hasMetadata {
      if windowBounds(segment.minTime) == windowBounds(segment.maxTime) {
        stream.add(windows(segment.minTime), entries: segment.count, bytes: segment.rawBytes, choice: 0, metadata: [])
        return
      }
    }
    guard try SegmentRow.load(db, id: segment.id, text: needsText, into: reader) else { return }
    if needsText, !pipeline.mayKeepSome(in: reader.textBytes) { return }
    stream.beginSegment()
    for place in 0..<reader.count {
      let time = reader.timestamps[place]
      guard time >= span.start, time < span.end else { continue }
      if !pipeline.isEmpty, !pipeline.keeps(reader.line(place)) { continue }
      if isShared, time <= sharedUpTo || time >= sharedFrom {
        var hash = Hash.bytes(reader.line(place))
        for label in reader.metadata(place) {
          for var text in [label.name, label.value] { hash = text.withUTF8 { Hash.bytes($0, seed: hash) } }
        }
        guard stream.isNew(time: time, hash: hash) else { continue }
      }
      let choice = reader.choice(place)
      stream.add(
        windows(time), entries: 1, bytes: reader.length(place), choice: choice,
        metadata: choice == 0 ? [] : reader.sets[choice - 1])
    }
  }

  /// The sums of one stream, split by structured metadata, which Loki counts among the labels.
  private struct StreamSums {
    private struct Copy: Hashable {
      var time: Int64
      var hash: UInt64
    }

    let labels: LabelSet
    let windowCount: Int
    private var seen: Set<Copy> = []
    private var places: [[Label]: Int] = [:]
    /// For the segment at hand: where its sets of metadata are summed.
    private var choices: [Int: Int] = [:]
    private(set) var results: [Sums] = []

    init(labels: LabelSet, windows: Int) {
      self.labels = labels
      windowCount = windows
    }

    mutating func isNew(time: Int64, hash: UInt64) -> Bool { seen.insert(Copy(time: time, hash: hash)).inserted }

    mutating func beginSegment() { choices.removeAll(keepingCapacity: true) }

    mutating func add(_ windows: Range<Int>, entries: Int, bytes: Int, choice: Int, metadata: [Label]) {
      if windows.isEmpty { return }
      let place: Int
      if choice == 0 {
        place = self.place(of: [])
      } else if let known = choices[choice] {
        place = known
      } else {
        place = self.place(of: metadata)
        choices[choice] = place
      }
      results[place].entries[windows.lowerBound] += entries
      results[place].entries[windows.upperBound] -= entries
      results[place].bytes[windows.lowerBound] += bytes
      results[place].bytes[windows.upperBound] -= bytes
    }

    private mutating func place(of metadata: [Label]) -> Int {
      if metadata.isEmpty, let plain { return plain }
      if let place = places[metadata] { return place }
      let zeros = Array(repeating: 0, count: windowCount + 1)
      results.append(Sums(labels: labels.adding(metadata), entries: zeros, bytes: zeros))
      places[metadata] = results.count - 1
      if metadata.isEmpty { plain = results.count - 1 }
      return results.count - 1
    }
    private var plain: Int?
  }
}
