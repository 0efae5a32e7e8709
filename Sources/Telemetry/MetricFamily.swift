import Synchronization

/// One metric name with its children, one child per combination of label values.
public final class MetricFamily<Instrument: Sendable>: Sendable {
  public let name: String
  public let help: String
  public let kind: MetricKind
  public let labelNames: [String]
  private let make: @Sendable () -> Instrument
  private let children = Mutex<[[String]: Instrument]>([:])

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
    return children.withLock {
      if let found = $0[values] { return found }
      let new = make()
      $0[values] = new
      return new
    }
  }

  /// Takes a child off the page, such as that of a file that is no longer read.
  public func remove(_ values: String...) {
    children.withLock { _ = $0.removeValue(forKey: values) }
  }

  /// All children with their label values.
  public func snapshot() -> [([String], Instrument)] {
    children.withLock { children in
      children.map { ($0.key, $0.value) }.sorted { a, b in
        // Of most families a child has one value, or the first tells.
        guard let first = a.0.first, let second = b.0.first, first == second else {
          return (a.0.first ?? "") < (b.0.first ?? "")
        }
        return a.0.lexicographicallyPrecedes(b.0)
      }
    }
  }
}

public enum MetricKind: String, Sendable { case counter, gauge, histogram }
