import LogModel

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Arithmetic, comparisons and set operations, with the matching rules of Prometheus' vectors.
struct BinaryEvaluation {
  let operation: BinaryOperation
  let points: Int

  func apply(_ left: MetricValue, _ right: MetricValue) throws(LogQLError) -> MetricValue {
    switch (left, right) {
    case (.scalar(let a), .scalar(let b)):
      let value = calculate(a, b)
      return .scalar(operation.operator.isComparison ? (value == nil ? 0 : 1) : value ?? .nan)
    case (.series(let series), .scalar(let b)):
      return .series(
        series.compactMap { one in
          transform(one) { a in result(calculate(a, b), keeping: a) }
        })
    case (.scalar(let a), .series(let series)):
      return .series(
        series.compactMap { one in
          transform(one) { b in result(calculate(a, b), keeping: b) }
        })
    case (.series(let a), .series(let b)):
      if operation.operator.isSet { return .series(combineSets(a, b)) }
      return .series(try match(a, b))
    }
  }

  private func transform(_ series: MetricSeries, _ change: (Double) -> Double?) -> MetricSeries? {
    let values = series.values.map { $0.flatMap(change) }
    return values.contains { $0 != nil } ? MetricSeries(labels: series.labels, values: values) : nil
  }

  /// A comparison keeps the sample it holds for, or with `bool` says 0 or 1.
  private func result(_ calculated: Double?, keeping sample: Double) -> Double? {
    guard operation.operator.isComparison else { return calculated }
    if operation.returnsBool { return calculated == nil ? 0 : 1 }
    return calculated == nil ? nil : sample
  }

  /// `nil` for a comparison that does not hold.
  private func calculate(_ a: Double, _ b: Double) -> Double? {
    switch operation.operator {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: b == 0 ? .nan : a / b
    case .modulo: b == 0 ? .nan : fmod(a, b)
    case .power: pow(a, b)
    case .equal: a == b ? a : nil
    case .notEqual: a != b ? a : nil
    case .greater: a > b ? a : nil
    case .greaterOrEqual: a >= b ? a : nil
    case .less: a < b ? a : nil
    case .lessOrEqual: a <= b ? a : nil
    case .and, .or, .unless: nil
    }
  }

  private func key(_ labels: LabelSet) -> LabelSet { operation.matching?.key(of: labels) ?? labels }

  private func combineSets(_ left: [MetricSeries], _ right: [MetricSeries]) -> [MetricSeries] {
    let others = Dictionary(grouping: operation.operator == .or ? left : right) { key($0.labels) }
    func hasSample(_ labels: LabelSet, at point: Int) -> Bool {
      others[key(labels)]?.contains { $0.values[point] != nil } ?? false
    }
    func filter(_ series: [MetricSeries], keepingMatched: Bool) -> [MetricSeries] {
      series.compactMap { one in
        let values = one.values.enumerated().map { point, value in
          hasSample(one.labels, at: point) == keepingMatched ? value : nil
        }
        return values.contains { $0 != nil } ? MetricSeries(labels: one.labels, values: values) : nil
      }
    }
    switch operation.operator {
    case .or: return MetricEvaluation.byLabels(joined(left + filter(right, keepingMatched: false)))
    case .and: return filter(left, keepingMatched: true)
    default: return filter(left, keepingMatched: false)
    }
  }

  /// Series of the same labels as one; of two samples at a point the first counts.
  private func joined(_ series: [MetricSeries]) -> [MetricSeries] {
    var byLabels: [LabelSet: MetricSeries] = [:]
    for one in series {
      guard let known = byLabels[one.labels] else {
        byLabels[one.labels] = one
        continue
      }
      byLabels[one.labels]?.values = zip(known.values, one.values).map { $0 ?? $1 }
    }
    return Array(byLabels.values)
  }

  private func match(_ left: [MetricSeries], _ right: [MetricSeries]) throws(LogQLError) -> [MetricSeries] {
    // The "one" side is looked up by its key; the other is walked.
    let isSwapped = if case .oneToMany = operation.cardinality { true } else { false }
    let (many, ones) = isSwapped ? (right, left) : (left, right)
    var byKey: [LabelSet: MetricSeries] = [:]
    for one in ones {
      guard byKey.updateValue(one, forKey: key(one.labels)) == nil else {
        throw LogQLError("multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)")
      }
    }
    var seen: Set<LabelSet> = []
    var results: [MetricSeries] = []
    for series in many {
      let matchKey = key(series.labels)
      guard let partner = byKey[matchKey] else { continue }
      if operation.cardinality == .oneToOne, !seen.insert(matchKey).inserted {
        throw LogQLError("multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)")
      }
      let values = (0..<points).map { point -> Double? in
        guard let a = series.values[point], let b = partner.values[point] else { return nil }
        return isSwapped ? result(calculate(b, a), keeping: b) : result(calculate(a, b), keeping: a)
      }
      if values.contains(where: { $0 != nil }) {
        results.append(MetricSeries(labels: resultLabels(series.labels, partner.labels), values: values))
      }
    }
    return MetricEvaluation.byLabels(results)
  }

  private func resultLabels(_ many: LabelSet, _ one: LabelSet) -> LabelSet {
    switch operation.cardinality {
    case .oneToOne:
      return operation.matching?.key(of: many) ?? many
    case .manyToOne(let included), .oneToMany(let included):
      var labels = many
      for name in included { labels[name] = one[name] }
      return labels
    }
  }
}
