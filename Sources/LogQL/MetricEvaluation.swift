public import LogModel

/// The points in time a metric query is evaluated at.
public struct EvaluationGrid: Hashable, Sendable {
  /// Nanoseconds since 1970.
  public var start: Int64
  /// Nanoseconds, over 0.
  public var step: Int64
  /// Points, at least 1.
  public var count: Int

  public init(start: Int64, step: Int64, count: Int) {
    self.start = start
    self.step = step
    self.count = count
  }

  public func time(_ index: Int) -> Int64 { start + Int64(index) * step }
}

/// One series over a grid; `nil` where it has no sample.
public struct MetricSeries: Sendable {
  public var labels: LabelSet
  public var values: [Double?]

  public init(labels: LabelSet, values: [Double?]) {
    self.labels = labels
    self.values = values
  }
}

/// What an expression comes to.
public enum MetricValue: Sendable {
  case scalar(Double)
  /// In the order of an instant query: sorted by labels, or as `sort` and `topk` leave it.
  case series([MetricSeries])
}

/// Evaluates metric expressions over a grid. Range aggregations come from the store through `rangeSource`.
public struct MetricEvaluation: Sendable {
  public typealias RangeSource = @Sendable (RangeAggregation, EvaluationGrid) async throws -> [MetricSeries]

  private let grid: EvaluationGrid
  private let rangeSource: RangeSource

  public init(grid: EvaluationGrid, rangeSource: @escaping RangeSource) {
    self.grid = grid
    self.rangeSource = rangeSource
  }

  /// - Throws: `LogQLError` for what is not evaluated, and what `rangeSource` throws.
  public func evaluate(_ expression: MetricExpression) async throws -> MetricValue {
    switch expression {
    case .scalar(let value): return .scalar(value)
    case .vector(let value):
      return .series([MetricSeries(labels: .empty, values: Array(repeating: value, count: grid.count))])
    case .range(let aggregation):
      return .series(MetricEvaluation.byLabels(try await rangeSource(aggregation, grid)))
    case .aggregation(let aggregation):
      guard case .series(let series) = try await evaluate(aggregation.operand) else {
        throw LogQLError("\(aggregation.function.rawValue) of a number", at: aggregation.position, isUnsupported: true)
      }
      return .series(VectorReduction(aggregation: aggregation, points: grid.count).reduce(series))
    case .binary(let operation):
      let left = try await evaluate(operation.left)
      let right = try await evaluate(operation.right)
      return try BinaryEvaluation(operation: operation, points: grid.count).apply(left, right)
    case .labelReplace(let replacement):
      guard case .series(let series) = try await evaluate(replacement.operand) else {
        throw LogQLError("label_replace of a number", at: replacement.position, isUnsupported: true)
      }
      return .series(MetricEvaluation.byLabels(try replacement.apply(series)))
    }
  }

  static func byLabels(_ series: [MetricSeries]) -> [MetricSeries] {
    series.sorted { $0.labels.labels.lexicographicallyPrecedes($1.labels.labels) }
  }
}

extension Grouping {
  /// The labels a series keeps under this grouping.
  public func key(of labels: LabelSet) -> LabelSet {
    LabelSet(labels.labels.filter { self.labels.contains($0.name) != isWithout })
  }
}

/// `sum`, `topk` and their like over the series of one expression.
struct VectorReduction {
  let aggregation: VectorAggregation
  let points: Int

  func reduce(_ series: [MetricSeries]) -> [MetricSeries] {
    switch aggregation.function {
    case .sort, .sortDescending: return ordered(series, descending: aggregation.function == .sortDescending)
    case .topk, .approximateTopk: return choose(series, largest: true)
    case .bottomk: return choose(series, largest: false)
    default: break
    }
    let results = groups(series).map { labels, members in
      let values = (0..<points).map { point in combine(members.compactMap { series[$0].values[point] }) }
      return MetricSeries(labels: labels, values: values)
    }
    return MetricEvaluation.byLabels(results)
  }

  private func groups(_ series: [MetricSeries]) -> [LabelSet: [Int]] {
    var groups: [LabelSet: [Int]] = [:]
    for (index, one) in series.enumerated() {
      groups[aggregation.grouping?.key(of: one.labels) ?? .empty, default: []].append(index)
    }
    return groups
  }

  private func combine(_ values: [Double]) -> Double? {
    guard let first = values.first else { return nil }
    let count = Double(values.count)
    let sum = values.reduce(0, +)
    switch aggregation.function {
    case .sum: return sum
    case .avg: return sum / count
    case .count: return count
    case .min: return values.reduce(first) { $0 < $1 || $1.isNaN ? $0 : $1 }
    case .max: return values.reduce(first) { $0 > $1 || $1.isNaN ? $0 : $1 }
    case .stdvar, .stddev:
      let mean = sum / count
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
      return aggregation.function == .stdvar ? variance : variance.squareRoot()
    case .topk, .bottomk, .approximateTopk, .sort, .sortDescending: return nil
    }
  }

  /// The k series of each group that are largest or smallest at each point.
  private func choose(_ series: [MetricSeries], largest: Bool) -> [MetricSeries] {
    let k = aggregation.parameter ?? 0
    var chosen = series.map { MetricSeries(labels: $0.labels, values: Array(repeating: nil, count: points)) }
    for members in groups(series).values {
      for point in 0..<points {
        let present = members.compactMap { index in series[index].values[point].map { (index, $0) } }
        let best = present.sorted { a, b in a.1 == b.1 ? a.0 < b.0 : (largest ? a.1 > b.1 : a.1 < b.1) }
        for (index, value) in best.prefix(k) { chosen[index].values[point] = value }
      }
    }
    return ordered(chosen.filter { $0.values.contains { $0 != nil } }, descending: largest)
  }

  private func ordered(_ series: [MetricSeries], descending: Bool) -> [MetricSeries] {
    series.enumerated().sorted { a, b in
      let x = a.element.values.last.flatMap { $0 } ?? .nan
      let y = b.element.values.last.flatMap { $0 } ?? .nan
      return x == y || x.isNaN || y.isNaN ? a.offset < b.offset : (descending ? x > y : x < y)
    }.map(\.element)
  }
}
