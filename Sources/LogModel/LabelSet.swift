/// A name and a value, as in Prometheus and Loki.
public struct Label: Hashable, Comparable, Sendable {
  public var name: String
  public var value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  /// By name, in the order of its bytes, as Prometheus sorts.
  public static func < (a: Label, b: Label) -> Bool {
    a.name == b.name
      ? a.value.utf8.lexicographicallyPrecedes(b.value.utf8) : a.name.utf8.lexicographicallyPrecedes(b.name.utf8)
  }
}

/// A label set: names are unique and sorted. One label set is one stream.
public struct LabelSet: Hashable, Sendable {
  /// Sorted by name.
  public private(set) var labels: [Label]

  public static let empty = LabelSet(sorted: [])

  private init(sorted: [Label]) { labels = sorted }

  /// Of several labels with one name the last counts.
  public init(_ labels: some Sequence<Label>) {
    var byName: [String: String] = [:]
    for label in labels { byName[label.name] = label.value }
    self.labels = byName.map { Label($0.key, $0.value) }.sorted()
  }

  public init(_ labels: [String: String]) {
    self.labels = labels.map { Label($0.key, $0.value) }.sorted()
  }

  public var isEmpty: Bool { labels.isEmpty }
  public var count: Int { labels.count }

  /// The value of a label; setting `nil` removes it.
  public subscript(name: String) -> String? {
    get { labels.first { $0.name == name }?.value }
    set {
      if let place = labels.firstIndex(where: { $0.name == name }) {
        if let newValue { labels[place].value = newValue } else { labels.remove(at: place) }
      } else if let newValue {
        let label = Label(name, newValue)
        labels.insert(label, at: labels.firstIndex { label < $0 } ?? labels.count)
      }
    }
  }

  /// Loki's text form: `{a="1", b="2"}`, values quoted as Go's `strconv.Quote` does.
  public var text: String {
    var out = "{"
    for (index, label) in labels.enumerated() {
      if index > 0 { out += ", " }
      out += label.name
      out += "="
      out += GoQuote.quote(label.value)
    }
    return out + "}"
  }
}

extension LabelSet: CustomStringConvertible {
  public var description: String { text }
}
