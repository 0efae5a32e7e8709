import LogModel
import Synchronization

/// Labels of a target or group under construction, `__meta_kubernetes_` before their names. Empty ones are left out:
/// relabelling would not see them. What is added later wins.
struct MetaLabels {
  private var labels: [Label] = []

  init(address: String? = nil) {
    if let address { add(plain: "__address__", address) }
  }

  mutating func add(_ name: String, _ value: String?) {
    if let value, !value.isEmpty { add(plain: Self.names.of(name), value) }
  }

  /// A label with its full name.
  mutating func add(plain name: String, _ value: String) { labels.append(Label(name, value)) }

  /// Name, labels and annotations of an object.
  mutating func add(_ kind: String, _ meta: ObjectMeta) {
    add(kind + "_name", meta.name)
    addDescription(kind, meta)
  }

  mutating func addDescription(_ kind: String, _ meta: ObjectMeta) {
    add(meta.labels, kind + "_label_", kind + "_labelpresent_")
    add(meta.annotations, kind + "_annotation_", kind + "_annotationpresent_")
  }

  mutating func add(_ texts: [NameAndText], _ prefix: String, _ present: String) {
    for one in texts {
      let names = Self.names.of(one.name, prefix, present)
      if !one.text.isEmpty { add(plain: names.name, one.text) }
      add(plain: names.present, "true")
    }
  }

  private static let names = LabelNames()

  var set: LabelSet { LabelSet(labels) }
}

/// Names of labels that were used before: they are made once, and all targets share their memory.
private final class LabelNames: Sendable {
  private struct Described: Hashable {
    var prefix: String
    var name: String
  }

  private struct Known {
    var names: [String: String] = [:]
    var described: [Described: (name: String, present: String)] = [:]
  }

  /// Of labels and annotations anybody may invent some.
  private static let most = 4096

  private let known = Mutex(Known())

  func of(_ name: String) -> String {
    known.withLock { known in
      if let full = known.names[name] { return full }
      let full = "__meta_kubernetes_" + name
      if known.names.count < Self.most { known.names[name] = full }
      return full
    }
  }

  /// The names for a label or annotation of an object, and for that there is one.
  /// - Parameter present: the latter's prefix, which goes with that of the former.
  func of(_ name: String, _ prefix: String, _ present: String) -> (name: String, present: String) {
    let described = Described(prefix: prefix, name: name)
    return known.withLock { known in
      if let names = known.described[described] { return names }
      let clean = MetaLabel.name(name)
      let names = (name: "__meta_kubernetes_\(prefix)\(clean)", present: "__meta_kubernetes_\(present)\(clean)")
      if known.described.count < Self.most { known.described[described] = names }
      return names
    }
  }
}
