import HTTPEdge
import Hummingbird
import LogModel
import LogQL
import Store

extension StoreAPI {
  func queryRange(_ parameters: RequestParameters) async throws -> Response {
    let limit = try parameters.limit()
    switch try parameters.query() {
    case .logs(let query):
      let direction = try parameters.direction()
      let (start, end) = try parameters.orderedSpan()
      if limit > RequestParameters.mostEntries {
        throw ParameterError(
          description: "max entries limit per query exceeded, limit > max_entries_limit_per_query "
            + "(\(limit) > \(RequestParameters.mostEntries))")
      }
      // An empty span asks for what is exactly there.
      let span = TimeSpan(start: start, end: start == end ? end + 1 : end)
      let entries = try await store.entries(
        query, in: span, limit: limit, direction: direction, interval: try parameters.interval())
      return .json(ResultText.streams(entries, categorized: parameters.isCategorized))
    case .metric(let expression):
      let grid = try parameters.grid()
      let series: [MetricSeries]
      switch try await evaluate(expression, over: grid) {
      case .series(let result): series = result
      case .scalar(let value):
        series = [MetricSeries(labels: .empty, values: Array(repeating: value, count: grid.count))]
      }
      return .json(ResultText.matrix(series, grid))
    }
  }

  func query(_ parameters: RequestParameters) async throws -> Response {
    guard case .metric(let expression) = try parameters.query() else {
      throw ParameterError(
        description: "log queries are not supported as an instant query type, "
          + "please change your query to a range query type")
    }
    let time = try parameters.time("time", named: false) ?? parameters.now
    switch try await evaluate(expression, over: EvaluationGrid(start: time, step: 1, count: 1)) {
    case .scalar(let value): return .json(ResultText.scalar(value, time: time))
    case .series(let series): return .json(ResultText.vector(series, time: time))
    }
  }

  private static let mostSeries = 500

  private func evaluate(_ expression: MetricExpression, over grid: EvaluationGrid) async throws -> MetricValue {
    let evaluation = MetricEvaluation(grid: grid) { [store] aggregation, grid in
      try await store.evaluate(aggregation, over: grid)
    }
    let value = try await evaluation.evaluate(expression)
    if case .series(let series) = value, series.count > StoreAPI.mostSeries {
      throw ParameterError(description: "maximum of series (\(StoreAPI.mostSeries)) reached for a single query")
    }
    return value
  }

  func tail(_ parameters: RequestParameters) async throws -> Response {
    guard case .logs(let query) = try parameters.query() else {
      throw ParameterError(description: "only log selector is supported")
    }
    let batches = try store.tail(query)
    let (texts, continuation) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingOldest(256))
    let task = Task {
      for await batch in batches { continuation.yield(ResultText.tail(batch)) }
      continuation.finish()
    }
    continuation.onTermination = { _ in task.cancel() }
    return .events(texts)
  }
}
