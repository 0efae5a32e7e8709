import LogModel

extension LabelReplacement {
  /// Sets the destination label of each series whose source label matches as a whole; `$1` and `${name}` in the
  /// replacement stand for groups. An empty value removes the label.
  func apply(_ series: [MetricSeries]) throws(LogQLError) -> [MetricSeries] {
    let compiled = try RE2Expression(expression)
    return series.map { one in
      guard let groups = compiled.groups(one.labels[source] ?? "") else { return one }
      var changed = one
      let value = expand(groups, names: compiled.groupNames)
      changed.labels[destination] = value.isEmpty ? nil : value
      return changed
    }
  }

  private func expand(_ groups: [String], names: [String?]) -> String {
    var out = ""
    var rest = replacement[...]
    while let dollar = rest.firstIndex(of: "$") {
      out += rest[..<dollar]
      rest = rest[rest.index(after: dollar)...]
      if rest.first == "$" {
        out += "$"
        rest = rest.dropFirst()
        continue
      }
      let isBraced = rest.first == "{"
      if isBraced { rest = rest.dropFirst() }
      let name = rest.prefix { $0 == "_" || $0.isASCII && ($0.isLetter || $0.isNumber) }
      rest = rest.dropFirst(name.count)
      if isBraced, rest.first == "}" { rest = rest.dropFirst() }
      if let place = Int(name) ?? names.firstIndex(where: { $0.map { $0 == name } ?? false }),
        groups.indices.contains(place)
      {
        out += groups[place]
      }
    }
    return out + rest
  }
}
