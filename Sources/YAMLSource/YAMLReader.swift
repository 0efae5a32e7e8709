import Yams

/// Reads YAML text into nodes with places.
public enum YAMLReader {
  /// Aliases may multiply a small file into a huge one; this many nodes are enough for any honest configuration.
  static let nodeLimit = 2_000_000

  /// The first document of `text`; a null node when there is none. Later documents are ignored, as Promtail does.
  /// - Parameter file: how errors name the text.
  public static func read(_ text: String, file: String) throws(ConfigurationError) -> YAMLNode {
    var conversion = Conversion(file: file)
    let root: Node?
    do {
      // The parser keeps a pointer into the text, which very short strings do not have: hence the white space.
      let padded = text + "\n               \n"
      root = try Parser(yaml: padded, resolver: .basic, encoding: .utf8).nextRoot()
    } catch {
      throw describe(error, file: file)
    }
    guard let root else { return YAMLNode(.scalar(YAMLScalar(plain: "")), at: SourceLocation(file: file)) }
    return try conversion.node(root)
  }

  private static func describe(_ error: any Error, file: String) -> ConfigurationError {
    func at(_ mark: Mark) -> SourceLocation { SourceLocation(file: file, line: mark.line, column: mark.column) }
    let top = SourceLocation(file: file)
    guard let error = error as? YamlError else { return ConfigurationError("\(error)", at: top) }
    switch error {
    case .scanner(_, let problem, let mark, _) where problem.contains("cannot start any token"):
      return ConfigurationError(
        problem, at: at(mark), hint: "indent with blanks, not with tabs, and quote signs like @")
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let hint = context.map { "\($0.text) that begins in line \($0.mark.line)" }
      return ConfigurationError(problem, at: at(mark), hint: hint)
    case .duplicatedKeysInMapping(let duplicates, let context):
      let keys = duplicates.map { "\"\($0)\"" }.joined(separator: ", ")
      return ConfigurationError(
        "key \(keys) is given more than once in one mapping", at: at(context.mark), hint: "keep one of them")
    case .reader(let problem, let offset, _, let yaml):
      let before = yaml.utf8.prefix(offset ?? 0)
      let line = before.reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
      return ConfigurationError(problem, at: SourceLocation(file: file, line: line, column: 1))
    default:
      return ConfigurationError("\(error)", at: top)
    }
  }
}

/// From the parser's nodes to ours.
private struct Conversion {
  let file: String
  var nodes = 0

  func location(_ mark: Mark?) -> SourceLocation {
    mark.map { SourceLocation(file: file, line: $0.line, column: $0.column) } ?? SourceLocation(file: file)
  }

  mutating func node(_ node: Node) throws(ConfigurationError) -> YAMLNode {
    nodes += 1
    guard nodes <= YAMLReader.nodeLimit else {
      throw ConfigurationError("the aliases make too large a document", at: location(node.mark))
    }
    switch node {
    case .scalar(let scalar):
      return YAMLNode(.scalar(self.scalar(scalar)), at: location(scalar.mark))
    case .sequence(let sequence):
      var items: [YAMLNode] = []
      for item in sequence { items.append(try self.node(item)) }
      return YAMLNode(.list(items), at: location(sequence.mark))
    case .mapping(let mapping):
      return try self.mapping(mapping)
    case .alias:
      throw ConfigurationError("found an alias without its anchor", at: location(node.mark))
    }
  }

  private mutating func mapping(_ mapping: Node.Mapping) throws(ConfigurationError) -> YAMLNode {
    var own: [YAMLNode.Entry] = []
    var merged: [YAMLNode.Entry] = []
    for (key, value) in mapping {
      guard case .scalar(let scalar) = key else {
        throw ConfigurationError("a key must be a plain value", at: location(key.mark))
      }
      let value = try node(value)
      if scalar.string == "<<", scalar.style == .plain {
        merged += try entries(toMerge: value)
      } else {
        own.append(YAMLNode.Entry(key: self.scalar(scalar), keyLocation: location(scalar.mark), value: value))
      }
    }
    if !merged.isEmpty {
      var known = Set(own.map(\.key.text))
      own += merged.filter { known.insert($0.key.text).inserted }
    }
    return YAMLNode(.mapping(own), at: location(mapping.mark))
  }

  private func entries(toMerge node: YAMLNode) throws(ConfigurationError) -> [YAMLNode.Entry] {
    if let entries = node.mapping { return entries }
    if let list = node.list, list.allSatisfy({ $0.mapping != nil }) { return list.flatMap { $0.mapping ?? [] } }
    throw ConfigurationError("<< takes a mapping or a list of mappings, not \(node.summary)", at: node.location)
  }

  private func scalar(_ scalar: Node.Scalar) -> YAMLScalar {
    guard scalar.style == .plain || scalar.style == .any else { return YAMLScalar(scalar.string, kind: .string) }
    switch scalar.tag.description {
    // A key that was compared with the others of its mapping bears `str` whatever it is.
    case "", "tag:yaml.org,2002:str": return YAMLScalar(plain: scalar.string)
    case "!": return YAMLScalar(scalar.string, kind: .string)
    default: return YAMLScalar(plain: scalar.string)
    }
  }
}
