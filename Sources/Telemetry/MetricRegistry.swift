import Synchronization

/// The metrics of one process, and their page in Prometheus' text format 0.0.4.
public final class MetricRegistry: Sendable {
  private enum Family {
    case counter(MetricFamily<Counter>)
    case gauge(MetricFamily<Gauge>)
    case histogram(MetricFamily<Histogram>)
    case collected(MetricKind, help: String, any MetricCollector)
    case computed(MetricKind, help: String, @Sendable () -> [(labels: [(String, String)], value: Double)])
  }
  private let families = Mutex<[String: Family]>([:])

  public init() {}

  public func counter(_ name: String, _ help: String, labels: [String] = []) -> MetricFamily<Counter> {
    families.withLock {
      if case .counter(let known) = $0[name] { return known }
      let new = MetricFamily(name: name, help: help, kind: .counter, labelNames: labels) { Counter() }
      $0[name] = .counter(new)
      return new
    }
  }

  public func gauge(_ name: String, _ help: String, labels: [String] = []) -> MetricFamily<Gauge> {
    families.withLock {
      if case .gauge(let known) = $0[name] { return known }
      let new = MetricFamily(name: name, help: help, kind: .gauge, labelNames: labels) { Gauge() }
      $0[name] = .gauge(new)
      return new
    }
  }

  public func histogram(_ name: String, _ help: String, bounds: [Double], labels: [String] = [])
    -> MetricFamily<Histogram>
  {
    families.withLock {
      if case .histogram(let known) = $0[name] { return known }
      let new = MetricFamily(name: name, help: help, kind: .histogram, labelNames: labels) { Histogram(bounds: bounds) }
      $0[name] = .histogram(new)
      return new
    }
  }

  /// A family that knows its series itself: the one that has the name already, or the one that `make` makes.
  ///
  /// A name that something of another kind has is not taken from it; the family is then on no page.
  public func collector<Collector: MetricCollector>(
    _ name: String, _ help: String, kind: MetricKind, make: () -> Collector
  ) -> Collector {
    families.withLock {
      if case .collected(kind, _, let known) = $0[name], let known = known as? Collector { return known }
      let new = make()
      if $0[name] == nil { $0[name] = .collected(kind, help: help, new) }
      return new
    }
  }

  /// A family whose series are worked out when the page is asked for.
  public func computed(
    _ name: String, _ help: String, kind: MetricKind = .gauge,
    _ series: @escaping @Sendable () -> [(labels: [(String, String)], value: Double)]
  ) {
    families.withLock { $0[name] = .computed(kind, help: help, series) }
  }

  /// The page as text.
  public func exposition() -> String { String(decoding: page(), as: UTF8.self) }

  /// The page, families and series sorted by name: UTF-8.
  public func page() -> [UInt8] {
    let all = families.withLock { $0.sorted { $0.key < $1.key } }
    var page = ExpositionPage()
    for (name, family) in all {
      switch family {
      case .counter(let family):
        page.begin(name, family.help, .counter)
        for (values, child) in family.snapshot() { page.sample(zip(family.labelNames, values), Double(child.current)) }
      case .gauge(let family):
        page.begin(name, family.help, .gauge)
        for (values, child) in family.snapshot() { page.sample(zip(family.labelNames, values), child.current) }
      case .histogram(let family):
        page.begin(name, family.help, .histogram)
        for (values, child) in family.snapshot() {
          let (counts, sum) = child.current
          page.histogram(Array(zip(family.labelNames, values)), child.bounds, counts, sum)
        }
      case .collected(let kind, let help, let collector):
        page.begin(name, help, kind)
        for one in collector.collect() {
          switch one.value {
          case .number(let value): page.sample(one.labels, value)
          case .histogram(let bounds, let counts, let sum): page.histogram(one.labels, bounds, counts, sum)
          }
        }
      case .computed(let kind, let help, let series):
        page.begin(name, help, kind)
        for one in series() { page.sample(one.labels, one.value) }
      }
    }
    return page.bytes
  }
}
