import HTTPEdge
import LogModel
import YAMLSource

/// Target groups as files and HTTP servers bring them: a list of `{targets: [...], labels: {...}}`.
enum TargetGroupFile {
  /// - Parameters:
  ///   - name: what the groups are named after: `name:0`, `name:1` …
  ///   - meta: labels that all groups get.
  static func json(_ bytes: [UInt8], name: String, meta: [String: String]) throws -> [TargetGroup] {
    let document: JSONValue
    do {
      document = try JSONReader.read(bytes)
    } catch {
      throw DiscoveryError("\(name): \(error)")
    }
    guard case .array(let items) = document else { throw DiscoveryError("\(name): expected a list of target groups") }
    return try items.enumerated().map { index, item in
      guard case .object(let members) = item else {
        throw DiscoveryError("\(name): group \(index) is no object with targets and labels")
      }
      var targets: [String] = []
      var labels = meta
      for member in members {
        switch (member.name, member.value) {
        case ("targets", .array(let elements)):
          targets = try elements.map { element in
            guard let text = element.text else {
              throw DiscoveryError("\(name): a target of group \(index) is no text")
            }
            return text
          }
        case ("labels", .object(let entries)):
          for entry in entries {
            guard let text = entry.value.text else {
              throw DiscoveryError("\(name): the label \(entry.name) of group \(index) is no text")
            }
            labels[entry.name] = text
          }
        case ("targets", .null), ("labels", .null): continue
        case ("targets", _), ("labels", _):
          throw DiscoveryError("\(name): \(member.name) of group \(index) has the wrong type")
        default: throw DiscoveryError("\(name): group \(index) has the unknown key \(member.name)")
        }
      }
      return group("\(name):\(index)", targets, labels)
    }
  }

  static func yaml(_ text: String, name: String, meta: [String: String]) throws -> [TargetGroup] {
    let items = try YAMLReader.read(text, file: name).items("")
    return try items.enumerated().map { index, item in
      var errors = ErrorCollector()
      guard var reader = MappingReader(item, path: "[\(index)]", errors: &errors) else {
        throw ConfigurationErrors(errors.errors)
      }
      let targets =
        try reader.value("targets")?.items(reader.path(of: "targets")).map { try $0.string("targets") } ?? []
      var labels = meta
      if let node = reader.value("labels"), !node.isNull {
        guard let entries = node.mapping else {
          throw node.unexpected("a mapping of labels", reader.path(of: "labels"))
        }
        for entry in entries { labels[entry.key.text] = try entry.value.string("labels.\(entry.key.text)") }
      }
      reader.refuseUnknownKeys(errors: &errors)
      if !errors.errors.isEmpty { throw ConfigurationErrors(errors.errors) }
      return group("\(name):\(index)", targets, labels)
    }
  }

  private static func group(_ source: String, _ targets: [String], _ labels: [String: String]) -> TargetGroup {
    TargetGroup(source: source, targets: targets.map { LabelSet(["__address__": $0]) }, labels: LabelSet(labels))
  }
}
