import HTTPEdge
import Hummingbird
import LogModel
import LogQL
import Store

extension StoreAPI {
  private func selector(_ parameters: RequestParameters) throws -> Selector? {
    try parameters.form["query"].map { try Selector(parsing: $0) }
  }

  /// The label endpoints look six hours back if no time is given, as Loki's do; the end belongs to the span.
  private func catalogSpan(_ parameters: RequestParameters) throws -> TimeSpan {
    let (start, end) = try parameters.span(since: 6 * 3_600_000_000_000)
    return TimeSpan(start: start, end: end + 1)
  }

  func labels(_ parameters: RequestParameters) async throws -> Response {
    let span = try catalogSpan(parameters)
    return .json(ResultText.names(try await store.labels(try selector(parameters), in: span)))
  }

  func values(of name: String, _ parameters: RequestParameters) async throws -> Response {
    let span = try catalogSpan(parameters)
    return .json(ResultText.names(try await store.values(of: name, try selector(parameters), in: span)))
  }

  func series(_ parameters: RequestParameters) async throws -> Response {
    let span = try catalogSpan(parameters)
    let matches = parameters.form.all("match[]") + parameters.form.all("match")
    var found: Set<LabelSet> = []
    for match in matches {
      found.formUnion(try await store.series(try Selector(parsing: match), in: span))
    }
    if matches.isEmpty { found = Set(try await store.series(nil, in: span)) }
    return .json(ResultText.series(found.sorted { $0.labels.lexicographicallyPrecedes($1.labels) }))
  }

  /// The selector of a query that may have stages, which the index knows nothing of.
  private func selectorOfQuery(_ parameters: RequestParameters) throws -> Selector {
    guard case .logs(let query) = try Query(parsing: parameters.form["query"] ?? "") else {
      throw ParameterError(description: "only log selector is supported")
    }
    return query.selector
  }

  func statistics(_ parameters: RequestParameters) async throws -> Response {
    let statistics = try await store.statistics(try selectorOfQuery(parameters), in: try catalogSpan(parameters))
    var json = JSONText()
    let members = [
      ("streams", statistics.streams), ("chunks", statistics.segments), ("bytes", statistics.rawBytes),
      ("entries", statistics.entries),
    ]
    json.object(members, name: \.0) { json, member in json.number(member.1) }
    return .json(json.bytes)
  }

  func volume(_ parameters: RequestParameters) async throws -> Response {
    let selector = try selectorOfQuery(parameters)
    let (start, end) = try parameters.span()
    let volumes = try await store.volumes(selector, in: TimeSpan(start: start, end: end))
    let byLabels: Bool
    switch parameters.form["aggregateBy"] ?? "series" {
    case "series": byLabels = false
    case "labels": byLabels = true
    default: throw ParameterError(description: "invalid aggregation option")
    }
    let targets =
      parameters.form["targetLabels"].map { $0.split(separator: ",").map(String.init) }
      ?? (byLabels ? nil : selector.matchers.map(\.name))
    var sums: [LabelSet: Int] = [:]
    for volume in volumes {
      // Loki counts in whole KiB.
      let bytes = (volume.rawBytes + 1023) / 1024 * 1024
      let labels = volume.labels.labels.filter { targets?.contains($0.name) ?? true }
      if byLabels {
        for label in labels { sums[LabelSet([label.name: ""]), default: 0] += bytes }
      } else {
        sums[LabelSet(labels), default: 0] += bytes
      }
    }
    let largest = sums.sorted { a, b in
      a.value == b.value ? a.key.labels.lexicographicallyPrecedes(b.key.labels) : a.value > b.value
    }
    let series = largest.prefix(try parameters.limit()).map {
      MetricSeries(labels: $0.key, values: [Double($0.value)])
    }
    return .json(ResultText.vector(series, time: end))
  }

  func detectedLabels(_ parameters: RequestParameters) async throws -> Response {
    let span = try catalogSpan(parameters)
    var values: [String: Set<String>] = [:]
    for labels in try await store.series(try selector(parameters), in: span) {
      for label in labels.labels { values[label.name, default: []].insert(label.value) }
    }
    var json = JSONText()
    json.raw("{\"detectedLabels\":")
    json.array(values.sorted { $0.key < $1.key }) { json, one in
      json.raw("{\"label\":")
      json.string(one.key)
      json.raw(",\"cardinality\":")
      json.number(one.value.count)
      json.raw("}")
    }
    json.raw("}")
    return .json(json.bytes)
  }

  /// For the console: `{"labels":[{"name":…,"values":[{"value":…,"entries":…}]}]}`, the values with most entries first.
  func labelCounts(_ parameters: RequestParameters) async throws -> Response {
    let span = try catalogSpan(parameters)
    var counts: [String: [String: Int]] = [:]
    for volume in try await store.volumes(try selector(parameters), in: span) {
      for label in volume.labels.labels { counts[label.name, default: [:]][label.value, default: 0] += volume.entries }
    }
    var json = JSONText()
    json.raw("{\"labels\":")
    json.array(counts.sorted { $0.key < $1.key }) { json, label in
      json.raw("{\"name\":")
      json.string(label.key)
      json.raw(",\"values\":")
      let values = label.value.sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }
      json.array(values.prefix(500)) { json, value in
        json.raw("{\"value\":")
        json.string(value.key)
        json.raw(",\"entries\":")
        json.number(value.value)
        json.raw("}")
      }
      json.raw("}")
    }
    json.raw("}")
    return .json(json.bytes)
  }
}
