import HTTPEdge
import LogModel
import LogQL
import Store

/// A parameter that Loki refuses; the text is Loki's, the status 400.
struct ParameterError: Error, CustomStringConvertible {
  var description: String
}

/// Loki's request parameters, read as Loki reads them.
struct RequestParameters {
  let form: FormParameters
  /// Nanoseconds since 1970.
  let now: Int64
  /// The client wants structured metadata apart from the labels (`X-Loki-Response-Encoding-Flags`).
  let isCategorized: Bool

  /// Queries for all streams are taken: the console asks them, Loki's API refuses them.
  var allowsEverything = false

  private static let second: Int64 = 1_000_000_000
  static let mostEntries = 5000
  static let mostPoints: Int64 = 11_000

  /// Times beyond 126 years from 1970 are cut to it, so that no difference of two overflows.
  private static let farthest: Int64 = 4_000_000_000_000_000_000

  private static func clamp(_ time: Int64) -> Int64 { min(farthest, max(-farthest, time)) }

  /// Seconds with or without a fraction, nanoseconds, or RFC 3339.
  func time(_ name: String, named: Bool = true) throws(ParameterError) -> Int64? {
    guard let text = form[name] else { return nil }
    if text.contains("."), let seconds = Double(text), abs(seconds) < 4e9 {
      return Int64((seconds * 1e9).rounded())
    }
    if let number = Int64(text) {
      // As many digits as seconds have until the year 2286.
      guard text.utf8.count <= 10 else { return RequestParameters.clamp(number) }
      let seconds = RequestParameters.farthest / RequestParameters.second
      return min(seconds, max(-seconds, number)) * RequestParameters.second
    }
    if let time = Timestamp.parse(rfc3339: text) { return RequestParameters.clamp(time) }
    let reason = "strconv.ParseInt: parsing \(GoQuote.quote(text)): invalid syntax"
    throw ParameterError(description: named ? "could not parse '\(name)' parameter: \(reason)" : reason)
  }

  /// `start` and `end`; an hour until now if nothing is said, `since` before the end if that is given.
  func span(since defaultSince: Int64 = 3600 * second) throws(ParameterError) -> (start: Int64, end: Int64) {
    var since = defaultSince
    if let text = form["since"] {
      guard case .success(let parsed) = DurationText.parse(text) else {
        throw ParameterError(
          description: "could not parse 'since' parameter: not a valid duration string: \(GoQuote.quote(text))")
      }
      since = RequestParameters.clamp(parsed)
    }
    let end = try time("end")
    // Without an end, a start in the future still makes sense as a point to count from.
    let start = try time("start")
    let last = end ?? now
    return (start ?? RequestParameters.clamp(min(last, now) - since), last)
  }

  /// As `span`, for entries and points.
  func orderedSpan() throws(ParameterError) -> (start: Int64, end: Int64) {
    let span = try span()
    if span.end < span.start {
      throw ParameterError(description: "end timestamp must not be before or equal to start time")
    }
    return span
  }

  func query() throws -> Query {
    try Query(parsing: form["query"] ?? "", allowingEverything: allowsEverything)
  }

  func limit() throws(ParameterError) -> Int {
    guard let text = form["limit"] else { return 100 }
    guard let limit = Int(text) else {
      throw ParameterError(description: "strconv.Atoi: parsing \(GoQuote.quote(text)): invalid syntax")
    }
    if limit <= 0 { throw ParameterError(description: "limit must be a positive value") }
    return limit
  }

  func direction() throws(ParameterError) -> Direction {
    guard let text = form["direction"] else { return .backward }
    guard let direction = Direction(rawValue: text.lowercased()) else {
      throw ParameterError(description: "invalid direction '\(text)'")
    }
    return direction
  }

  /// Seconds or a duration, in nanoseconds.
  private func duration(_ name: String) throws(ParameterError) -> Int64? {
    guard let text = form[name] else { return nil }
    if let seconds = Double(text), abs(seconds) < 9e9 { return Int64((seconds * 1e9).rounded()) }
    if case .success(let nanoseconds) = DurationText.parse(text) { return nanoseconds }
    throw ParameterError(description: "cannot parse \(GoQuote.quote(text)) to a valid duration")
  }

  func interval() throws(ParameterError) -> Int64 {
    let interval = try duration("interval") ?? 0
    if interval < 0 { throw ParameterError(description: "interval must be >= 0") }
    return interval
  }

  /// The points from start to end; about 250 of them if no step is given.
  func grid() throws(ParameterError) -> EvaluationGrid {
    let (start, end) = try orderedSpan()
    let second = RequestParameters.second
    let step = try duration("step") ?? max(1, (end - start) / second / 250) * second
    if step <= 0 {
      throw ParameterError(
        description: "zero or negative query resolution step widths are not accepted. Try a positive integer")
    }
    let steps = (end - start) / step
    if steps > RequestParameters.mostPoints {
      throw ParameterError(
        description:
          "exceeded maximum resolution of 11,000 points per time series. Try increasing the value of the step parameter"
      )
    }
    return EvaluationGrid(start: start, step: step, count: Int(steps) + 1)
  }
}
