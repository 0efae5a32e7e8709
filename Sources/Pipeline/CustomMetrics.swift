import LogModel
import Synchronization
import Syscalls
import Telemetry

/// One series of a metrics stage.
final class CustomSeries: Sendable {
  struct Value {
    /// Of a counter or gauge; the sum of a histogram.
    var number = 0.0
    /// Of a histogram, by bucket, not cumulated.
    var counts: [UInt64]
    /// On the monotonic clock: nanoseconds.
    var changed: Int64
    /// Off the page: a new series has to be made.
    var isGone = false
  }
  let labels: LabelSet
  private let bounds: [Double]
  private let state: Mutex<Value>

  init(labels: LabelSet, bounds: [Double], now: Int64) {
    self.labels = labels
    self.bounds = bounds
    state = Mutex(Value(counts: Array(repeating: 0, count: bounds.count + 1), changed: now))
  }

  /// - Returns: false when the series is off the page.
  func apply(_ change: CustomMetricFamily.Change, now: Int64) -> Bool {
    state.withLock { value in
      if value.isGone { return false }
      value.changed = max(value.changed, now)
      switch change {
      case .add(let amount): value.number += amount
      case .set(let amount): value.number = amount
      case .observe(let amount):
        value.counts[bounds.firstIndex { amount <= $0 } ?? bounds.count] += 1
        value.number += amount
      }
      return true
    }
  }

  /// What is to be shown; a series that has been idle since before `time` is shown a last time.
  func show(idleSince time: Int64) -> Value {
    state.withLock { value in
      if value.changed < time { value.isGone = true }
      return value
    }
  }
}

/// The series of one metric of a metrics stage, all files together.
final class CustomMetricFamily: MetricCollector {
  enum Change {
    case add(Double)
    case set(Double)
    case observe(Double)
  }

  private let kind: MetricKind
  private let bounds: [Double]
  /// Nanoseconds.
  private let maxIdle: Int64
  private let series = Mutex<[LabelSet: CustomSeries]>([:])

  init(kind: MetricKind, bounds: [Double], maxIdle: Int64) {
    self.kind = kind
    self.bounds = bounds
    self.maxIdle = maxIdle
  }

  /// Changes the series of a label set, made if it is not there.
  func apply(_ change: Change, to labels: LabelSet, now: Int64) -> CustomSeries {
    series.withLock { all in
      if let known = all[labels], known.apply(change, now: now) { return known }
      let new = CustomSeries(labels: labels, bounds: bounds, now: now)
      _ = new.apply(change, now: now)
      all[labels] = new
      return new
    }
  }

  /// The series for the page, which forgets those that were idle for too long: each is shown once more.
  func collect() -> [CollectedSeries] { collect(now: Clock.monotonic()) }

  func collect(now: Int64) -> [CollectedSeries] {
    series.withLock { all in
      var shown: [CollectedSeries] = []
      for (labels, one) in all {
        let value = one.show(idleSince: now - maxIdle)
        if value.isGone { all[labels] = nil }
        shown.append(
          CollectedSeries(
            labels: labels.labels.map { ($0.name, $0.value) },
            value: kind == .histogram
              ? .histogram(bounds: bounds, counts: value.counts, sum: value.number) : .number(value.number)))
      }
      return shown.sorted { $0.labels.lexicographicallyPrecedes($1.labels, by: <) }
    }
  }
}
