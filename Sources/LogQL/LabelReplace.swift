import GoCompat
import LogModel

extension LabelReplacement {
  /// Sets the destination label of each series whose source label matches as a whole; `$1` and `${name}` in the
  /// replacement stand for groups. An empty value removes the label.
  func apply(_ series: [MetricSeries]) throws(LogQLError) -> [MetricSeries] {
    let compiled = try Regex(logQL: expression, anchored: true)
    let template = RegexTemplate(replacement, for: compiled)
    return series.map { one in
      let text = one.labels[source] ?? ""
      guard let groups = compiled.firstMatch(text) else { return one }
      var changed = one
      let value = template.expand(text, groups)
      changed.labels[destination] = value.isEmpty ? nil : value
      return changed
    }
  }
}
