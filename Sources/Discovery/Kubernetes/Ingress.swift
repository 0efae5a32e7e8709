/// An ingress, as far as it makes targets.
struct Ingress: KubernetesObject {
  struct Rule: Recorded {
    var host: String
    /// `/` where the rule names none.
    var paths: [String]
  }

  var meta: ObjectMeta
  /// nil where none is named.
  var className: String?
  var tlsHosts: [String]
  var rules: [Rule]

  init(_ json: JSONView) {
    meta = ObjectMeta(json)
    let spec = json["spec"]
    className = spec["ingressClassName"]?.text
    tlsHosts = spec["tls"].elements.flatMap { $0["hosts"].elements.compactMap(\.text) }
    rules = spec["rules"].elements.map { rule in
      let paths = rule["http"]["paths"].elements.map { $0["path"].text }
      return Rule(host: rule["host"].text, paths: paths.isEmpty ? ["/"] : paths.map { $0.isEmpty ? "/" : $0 })
    }
  }

  init(_ reader: inout RecordReader) {
    meta = ObjectMeta(&reader)
    className = reader.optionalText()
    tlsHosts = reader.list()
    rules = reader.list()
  }

  func write(to writer: inout RecordWriter) {
    meta.write(to: &writer)
    writer.put(className)
    writer.put(tlsHosts)
    writer.put(rules)
  }

  /// Whether a certificate is there for the host: `*` in its name stands for the first part of the host's.
  func isSecure(_ host: String) -> Bool {
    tlsHosts.contains { pattern in
      if pattern == host { return true }
      guard pattern.hasPrefix("*."), let dot = host.firstIndex(of: ".") else { return false }
      return dot != host.startIndex && host[dot...] == pattern.dropFirst()
    }
  }
}

extension Ingress.Rule {
  init(_ reader: inout RecordReader) {
    host = reader.text()
    paths = reader.list()
  }

  func write(to writer: inout RecordWriter) {
    writer.put(host)
    writer.put(paths)
  }
}
