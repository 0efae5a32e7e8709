import Synchronization

/// One metric name with its children, one child per combination of label values.
public final class MetricFamily<Instrument: Sendable>: Sendable {
  public let name: String
  public let help: String
  public let kind: MetricKind
  public let labelNames: [String]
  private let make: @Sendable () -> Instrument
  private struct State {
    var children: [[String]: Instrument] = [:]
    /// In the order of their label values, since the page was asked for; nil when children came or went after that.
    var sorted: [([String], Instrument)]?
  }
  private let state = Mutex(State())

  init(
    name: String, help: String, kind: MetricKind, labelNames: [String], make: @escaping @Sendable () -> Instrument
  ) {
    self.name = name
    self.help = help
    self.kind = kind
    self.labelNames = labelNames
    self.make = make
  }

  /// The child with these label values, made when it is not there. Look it up once, not per line.
  public func with(_ values: String...) -> Instrument { child(values) }

  public func child(_ values: [String]) -> Instrument {
    precondition(values.count == labelNames.count, "\(name) has the labels \(labelNames)")
    return state.withLock {
      if let found = $0.children[values] { return found }
      let new = make()
      $0.children[values] = new
      $0.sorted = nil
      return new
    }
  }

  /// Takes a child off the page, such as that of a file that is no longer read.
  public func remove(_ values: String...) {
    state.withLock { if $0.children.removeValue(forKey: values) != nil { $0.sorted = nil } }
  }

  /// All children with their label values.
  public func snapshot() -> [([String], Instrument)] {
    state.withLock { state in
      if let sorted = state.sorted { return sorted }
      let sorted = state.children.map { ($0.key, $0.value) }.sorted { $0.0.lexicographicallyPrecedes($1.0) }
      state.sorted = sorted
      return sorted
    }
  }
}

public enum MetricKind: String, Sendable { case counter, gauge, histogram }
