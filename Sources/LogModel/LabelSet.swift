import Glibc

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
    a.name == b.name ? a.value.precedes(b.value) : a.name.precedes(b.name)
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
    self.labels = []
    self.labels.reserveCapacity(labels.underestimatedCount)
    for label in labels {
      // Where they come in their order, nothing is moved.
      let isLast = self.labels.last.map { $0.name.precedes(label.name) } ?? true
      let place = isLast ? count : place(of: label.name)
      if place < count, self.labels[place].name == label.name {
        self.labels[place].value = label.value
      } else {
        self.labels.insert(label, at: place)
      }
    }
  }

  public init(_ labels: [String: String]) {
    self.labels = labels.map { Label($0.key, $0.value) }.sorted()
  }

  public var isEmpty: Bool { labels.isEmpty }
  public var count: Int { labels.count }

  /// The value of a label; setting `nil` removes it.
  public subscript(name: String) -> String? {
    get {
      let place = place(of: name)
      return place < count && labels[place].name == name ? labels[place].value : nil
    }
    set {
      let place = place(of: name)
      if place < count, labels[place].name == name {
        if let newValue { labels[place].value = newValue } else { labels.remove(at: place) }
      } else if let newValue {
        labels.insert(Label(name, newValue), at: place)
      }
    }
  }

  /// Of the first label whose name does not come before this one.
  private func place(of name: String) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if labels[middle].name.precedes(name) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// These labels and others, of which those of a name that both have win.
  public func merged(with others: LabelSet) -> LabelSet {
    if others.isEmpty { return self }
    var merged: [Label] = []
    merged.reserveCapacity(count + others.count)
    var place = 0
    for label in others.labels {
      while place < count, labels[place].name.precedes(label.name) {
        merged.append(labels[place])
        place += 1
      }
      if place < count, labels[place].name == label.name { place += 1 }
      merged.append(label)
    }
    merged += labels[place...]
    return LabelSet(sorted: merged)
  }

  /// Whether the sets differ in a label that matters.
  public func differs(from other: LabelSet, in matters: (String) -> Bool) -> Bool {
    var (own, others) = (0, 0)
    while own < count || others < other.count {
      let order: Int
      if own == count || others == other.count {
        order = own == count ? 1 : -1
      } else if labels[own].name == other.labels[others].name {
        order = 0
      } else {
        order = labels[own].name.precedes(other.labels[others].name) ? -1 : 1
      }
      let name = order <= 0 ? labels[own].name : other.labels[others].name
      if order != 0 || labels[own].value != other.labels[others].value, matters(name) { return true }
      if order <= 0 { own += 1 }
      if order >= 0 { others += 1 }
    }
    return false
  }

  /// Those whose names are wanted.
  public func filter(_ isWanted: (String) -> Bool) -> LabelSet {
    LabelSet(sorted: labels.filter { isWanted($0.name) })
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

extension String {
  /// In the order of bytes, which is not that of characters.
  func precedes(_ other: String) -> Bool {
    let order = utf8.withContiguousStorageIfAvailable { a in
      other.utf8.withContiguousStorageIfAvailable { b in
        guard let first = a.baseAddress, let second = b.baseAddress else { return a.count < b.count }
        let order = memcmp(first, second, min(a.count, b.count))
        return order == 0 ? a.count < b.count : order < 0
      }
    }
    return (order ?? nil) ?? utf8.lexicographicallyPrecedes(other.utf8)
  }
}

extension LabelSet: CustomStringConvertible {
  public var description: String { text }
}
