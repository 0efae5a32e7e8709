import GRDB
import LogModel
public import LogQL

extension Store {
  /// Entries that a log query matches, in order of time, copies left out.
  ///
  /// - Parameters:
  ///   - limit: the most entries, over all streams.
  ///   - interval: nanoseconds that entries must lie apart; 0: all of them.
  /// - Throws: `LogQLError` for stages the store does not evaluate.
  public func entries(
    _ query: LogQuery, in span: TimeSpan, limit: Int, direction: Direction = .backward, interval: Int64 = 0
  ) async throws -> [StoreEntry] {
    let pipeline = try LinePipeline(query)
    let matching = streams.matching(query.selector)
    if matching.isEmpty || limit <= 0 { return [] }
    // Filtering takes a processor; reading the newest does not. Entries thinned by interval depend on one another.
    let shares = pipeline.isEmpty || interval > 0 ? [matching] : Store.split(matching)
    let parts = try await concurrently(shares) { db, share in
      try EntryScan(
        streams: share, pipeline: pipeline, span: span, direction: direction, limit: limit, interval: interval
      ).run(db)
    }
    if parts.count == 1 { return parts[0] }
    let isForward = direction == .forward
    let merged = parts.joined().enumerated().sorted { a, b in
      if a.element.timestamp == b.element.timestamp { return a.offset < b.offset }
      return (a.element.timestamp < b.element.timestamp) == isForward
    }
    return merged.prefix(limit).map(\.element)
  }

  /// The series of a range aggregation over a grid.
  ///
  /// - Throws: `LogQLError` for functions and stages the store does not evaluate.
  public func evaluate(_ aggregation: RangeAggregation, over grid: EvaluationGrid) async throws -> [MetricSeries] {
    let function = aggregation.function
    guard [.countOverTime, .rate, .bytesOverTime, .bytesRate, .absentOverTime].contains(function) else {
      throw LogQLError("range aggregation \(function.rawValue)", at: aggregation.position, isUnsupported: true)
    }
    let scan = RangeScan(
      pipeline: try LinePipeline(aggregation.query), grid: grid, range: aggregation.range, offset: aggregation.offset)
    let shares = Store.split(streams.matching(aggregation.query.selector))
    let sums = try await concurrently(shares) { db, share in try scan.run(db, streams: share) }.flatMap { $0 }
    if function == .absentOverTime { return absence(of: sums, aggregation, grid) }
    let seconds = Double(aggregation.range) / 1e9
    // Streams whose labels and metadata come to the same set are one series.
    var bySet: [LabelSet: RangeScan.Sums] = [:]
    for one in sums {
      guard var known = bySet[one.labels] else {
        bySet[one.labels] = one
        continue
      }
      for window in 0...grid.count {
        known.entries[window] += one.entries[window]
        known.bytes[window] += one.bytes[window]
      }
      bySet[one.labels] = known
    }
    return bySet.values.map { sums in
      var entries = 0
      var bytes = 0
      let values = (0..<grid.count).map { window -> Double? in
        entries += sums.entries[window]
        bytes += sums.bytes[window]
        guard entries > 0 else { return nil }
        switch function {
        case .countOverTime: return Double(entries)
        case .rate: return Double(entries) / seconds
        case .bytesOverTime: return Double(bytes)
        default: return Double(bytes) / seconds
        }
      }
      return MetricSeries(labels: sums.labels, values: values)
    }.filter { $0.values.contains { $0 != nil } }
  }

  private func absence(of sums: [RangeScan.Sums], _ aggregation: RangeAggregation, _ grid: EvaluationGrid)
    -> [MetricSeries]
  {
    var present = Array(repeating: 0, count: grid.count + 1)
    for one in sums { for window in 0...grid.count { present[window] += one.entries[window] } }
    var running = 0
    let values = (0..<grid.count).map { window -> Double? in
      running += present[window]
      return running > 0 ? nil : 1
    }
    let equal = aggregation.query.selector.matchers.filter { $0.kind == .equal }.map { Label($0.name, $0.value) }
    return values.contains { $0 != nil } ? [MetricSeries(labels: LabelSet(equal), values: values)] : []
  }

  /// Shares of about equal size, one for each of two processors.
  static func split(_ streams: [Int64: LabelSet]) -> [[Int64: LabelSet]] {
    guard streams.count > 1 else { return [streams] }
    var shares: [[Int64: LabelSet]] = [[:], [:]]
    for (place, id) in streams.keys.sorted().enumerated() { shares[place % 2][id] = streams[id] }
    return shares
  }

  private func concurrently<Share: Sendable, Part: Sendable>(
    _ shares: [Share], _ body: @escaping @Sendable (Database, Share) throws -> Part
  ) async throws -> [Part] {
    try await withThrowingTaskGroup(of: (Int, Part).self) { group in
      for (place, share) in shares.enumerated() {
        group.addTask { [pool] in (place, try await pool.read { db in try body(db, share) }) }
      }
      var parts: [(Int, Part)] = []
      for try await part in group { parts.append(part) }
      return parts.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }
}
