import Bytes
import GoCompat
import LogModel

/// `metrics`: counters, gauges and histograms from extracted values, a series for each label set.
struct CompiledMetrics: ~Copyable, Sendable {
  struct Metric: ~Copyable, Sendable {
    enum Action: Sendable {
      /// Adds so much, whatever the value.
      case step(Double)
      /// Adds the value times so much.
      case add(Double)
      case set
      case observe
      case entryBytes
    }

    /// Distinguishes the metrics of a pipeline.
    var number: UInt64
    var family: CustomMetricFamily
    /// nil: every line counts.
    var source: Int?
    /// What the source has to be.
    var value: [UInt8]?
    var action: Action
    /// A counter: what would take away from it does not count.
    var onlyGrows: Bool
  }
  let metrics: InPlace<Metric>
}

extension LineContext {
  /// - Parameters:
  ///   - base: the labels of the target.
  ///   - known: the series that lines of this file had.
  mutating func run(_ stage: borrowing CompiledMetrics, base: LabelSet, _ known: inout KnownSeries) {
    for index in stage.metrics.indices { run(stage.metrics[index], base: base, &known) }
  }

  @inline(__always)
  private mutating func run(
    _ metric: borrowing CompiledMetrics.Metric, base: LabelSet, _ known: inout KnownSeries
  ) {
    var value = 0.0
    if let source = metric.source {
      guard let found = numeric(slots[source], metric) else { return }
      value = found
    }
    let amount: CustomMetricFamily.Change
    switch metric.action {
    case .step(let step): amount = .add(step)
    case .add(let factor): amount = .add(value * factor)
    case .set: amount = .set(value)
    case .observe: amount = .observe(value)
    case .entryBytes: amount = .add(Double(line.count))
    }
    if metric.onlyGrows, case .add(let amount) = amount, !(amount >= 0) { return }
    let key = labelHash(seed: metric.number &+ 0x6d65_7472)
    if known.apply(amount, to: key, now: now) { return }
    var labels = labels(over: base)
    labels[StreamTable.tenantLabel] = nil
    known.note(metric.family.apply(amount, to: labels, now: now), key)
  }

  /// The value of a source that counts; nil when the line does not.
  private mutating func numeric(_ slot: Slot, _ metric: borrowing CompiledMetrics.Metric) -> Double? {
    if let wanted = metric.value {
      guard let text = text(slot), wanted.withUnsafeBufferPointer({ $0.elementsEqual(bytes(text)) }) else { return nil }
    }
    if case .step = metric.action { return slot.kind == .absent ? nil : 0 }
    switch slot.kind {
    case .number, .boolean: return slot.number
    case .text:
      let text = bytes(slot.slice)
      return GoNumber.parseFloat(text) ?? GoDuration.parse(text)?.seconds
    default: return nil
    }
  }
}

/// Series by metric and label set, as a file's lines had them last.
struct KnownSeries: Sendable {
  private struct Known: Sendable {
    let series: CustomSeries
    /// The same without counting a reference for each line.
    let uncounted: Unmanaged<CustomSeries>

    init(_ series: CustomSeries) {
      self.series = series
      uncounted = .passUnretained(series)
    }
  }
  private var byKey = HashedTable<Known>()
  private static let limit = 4096

  /// - Returns: false where the series is not known, or off the page.
  @inline(__always)
  mutating func apply(_ change: CustomMetricFamily.Change, to key: UInt64, now: Int64) -> Bool {
    guard let place = byKey.place(of: key) else { return false }
    return byKey[place: place].uncounted._withUnsafeGuaranteedRef { $0.apply(change, now: now) }
  }

  mutating func note(_ series: CustomSeries, _ key: UInt64) {
    if let place = byKey.place(of: key) {
      byKey[place: place] = Known(series)
      return
    }
    if byKey.count >= Self.limit { byKey.removeAll() }
    _ = byKey.add(key, Known(series))
  }
}
