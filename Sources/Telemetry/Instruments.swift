public import Synchronization

/// A count that only grows. Adding takes one relaxed atomic operation; any thread may add.
public final class Counter: Sendable {
  @usableFromInline let value = Atomic<UInt64>(0)

  public init() {}

  @inlinable public func add(_ amount: UInt64 = 1) { value.wrappingAdd(amount, ordering: .relaxed) }
  @inlinable public func add(_ amount: Int) { add(UInt64(max(0, amount))) }
  public var current: UInt64 { value.load(ordering: .relaxed) }
}

/// A value that goes up and down.
public final class Gauge: Sendable {
  private let bits = Atomic<UInt64>(0)

  public init() {}

  public func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }
  public var current: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

  public func add(_ amount: Double) {
    var old = bits.load(ordering: .relaxed)
    while true {
      let new = (Double(bitPattern: old) + amount).bitPattern
      let (exchanged, original) = bits.compareExchange(expected: old, desired: new, ordering: .relaxed)
      if exchanged { return }
      old = original
    }
  }
}

/// Observations counted in buckets, as Prometheus' histograms.
public final class Histogram: Sendable {
  /// Upper bounds, ascending, without +Inf.
  public let bounds: [Double]
  private struct State {
    var counts: [UInt64]
    var sum: Double = 0
  }
  private let state: Mutex<State>

  public init(bounds: [Double]) {
    self.bounds = bounds
    state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
  }

  public func observe(_ value: Double) {
    let place = bounds.firstIndex { value <= $0 } ?? bounds.count
    state.withLock {
      $0.counts[place] += 1
      $0.sum += value
    }
  }

  /// Counts per bucket (the last is +Inf), not cumulated, and the sum of the observations.
  public var current: (counts: [UInt64], sum: Double) { state.withLock { ($0.counts, $0.sum) } }
}
