import LogModel
import Synchronization

/// Labels of a target or group under construction, `__meta_kubernetes_` before their names. Empty ones are left out:
/// relabelling would not see them.
struct MetaLabels {
  private(set) var labels: [String: String] = [:]

  init(address: String? = nil) {
    if let address { labels["__address__"] = address }
  }

  mutating func add(_ name: String, _ value: String?) {
    if let value, !value.isEmpty { labels[Self.known("__meta_kubernetes_" + name)] = value }
  }

  /// A label with its full name.
  mutating func add(plain name: String, _ value: String) { labels[name] = value }

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
      let name = MetaLabel.name(one.name)
      add(prefix + name, one.text)
      add(present + name, "true")
    }
  }

  /// Names that were used before: all targets share the memory of one.
  private static let names = Mutex<Set<String>>([])
  private static let mostNames = 4096

  private static func known(_ name: String) -> String {
    names.withLock { names in
      if let known = names.firstIndex(of: name) { return names[known] }
      if names.count < mostNames { names.insert(name) }
      return name
    }
  }

  var set: LabelSet { LabelSet(labels) }
}
