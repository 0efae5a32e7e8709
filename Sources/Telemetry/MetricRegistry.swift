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

  /// The page, families and series sorted by name.
  public func exposition() -> String {
    let all = families.withLock { $0.sorted { $0.key < $1.key } }
    var page = ""
    for (name, family) in all {
      switch family {
      case .counter(let family):
        write(name, family.help, .counter, &page) { page in
          for (values, child) in family.snapshot() {
            sample(name, zip(family.labelNames, values), Double(child.current), &page)
          }
        }
      case .gauge(let family):
        write(name, family.help, .gauge, &page) { page in
          for (values, child) in family.snapshot() {
            sample(name, zip(family.labelNames, values), child.current, &page)
          }
        }
      case .histogram(let family):
        write(name, family.help, .histogram, &page) { page in
          for (values, child) in family.snapshot() {
            let (counts, sum) = child.current
            histogram(name, Array(zip(family.labelNames, values)), child.bounds, counts, sum, &page)
          }
        }
      case .collected(let kind, let help, let collector):
        write(name, help, kind, &page) { page in
          for one in collector.collect() {
            switch one.value {
            case .number(let value): sample(name, one.labels, value, &page)
            case .histogram(let bounds, let counts, let sum):
              histogram(name, one.labels, bounds, counts, sum, &page)
            }
          }
        }
      case .computed(let kind, let help, let series):
        write(name, help, kind, &page) { page in
          for one in series() { sample(name, one.labels, one.value, &page) }
        }
      }
    }
    return page
  }

  private func write(
    _ name: String, _ help: String, _ kind: MetricKind, _ page: inout String, _ body: (inout String) -> Void
  ) {
    var samples = ""
    body(&samples)
    if samples.isEmpty { return }
    page += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    page += samples
  }

  private func histogram(
    _ name: String, _ labels: [(String, String)], _ bounds: [Double], _ counts: [UInt64], _ sum: Double,
    _ page: inout String
  ) {
    var total: UInt64 = 0
    for (index, count) in counts.enumerated() {
      total += count
      let bound = index < bounds.count ? ExpositionNumber.text(bounds[index]) : "+Inf"
      sample("\(name)_bucket", labels + [("le", bound)], Double(total), &page)
    }
    sample("\(name)_sum", labels, sum, &page)
    sample("\(name)_count", labels, Double(total), &page)
  }

  private func sample(_ name: String, _ labels: some Sequence<(String, String)>, _ value: Double, _ page: inout String)
  {
    page += name
    var first = true
    for (label, text) in labels {
      page += first ? "{" : ","
      first = false
      page += label
      page += "=\""
      for character in text.unicodeScalars {
        switch character {
        case "\\": page += "\\\\"
        case "\"": page += "\\\""
        case "\n": page += "\\n"
        default: page.unicodeScalars.append(character)
        }
      }
      page += "\""
    }
    if !first { page += "}" }
    page += " \(ExpositionNumber.text(value))\n"
  }
}
