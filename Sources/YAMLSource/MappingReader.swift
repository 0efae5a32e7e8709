/// Collects what is wrong while a document is read, so that all of it can be told at once.
public struct ErrorCollector: Sendable {
  public private(set) var errors: [ConfigurationError] = []

  public init() {}

  public mutating func add(_ error: ConfigurationError) { errors.append(error) }

  public mutating func add(_ message: String, at location: SourceLocation, path: String, hint: String? = nil) {
    errors.append(ConfigurationError(message, at: location, path: path, hint: hint))
  }
}

/// Reads a mapping key by key, and tells at the end which keys nobody asked for.
public struct MappingReader: Sendable {
  public let node: YAMLNode
  /// The path of keys to this mapping, for errors.
  public let path: String
  private let foldsCase: Bool
  private var asked: Set<String> = []

  /// - Parameter ignoringCase: keys fit whatever their letter case, as in the options of pipeline stages.
  /// - Returns: `nil` after noting an error when `node` is no mapping. A null node is an empty mapping.
  public init?(_ node: YAMLNode, path: String, ignoringCase: Bool = false, errors: inout ErrorCollector) {
    guard node.mapping != nil || node.isNull else {
      errors.add("expected a mapping of keys, found \(node.summary)", at: node.location, path: path)
      return nil
    }
    self.node = node
    self.path = path
    foldsCase = ignoringCase
  }

  /// The path of a key of this mapping.
  public func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  /// The entry of a key; `nil` when the key is absent. A key without a value has a null node.
  public mutating func entry(_ key: String) -> YAMLNode.Entry? {
    asked.insert(key)
    guard let entries = node.mapping else { return nil }
    if let exact = entries.first(where: { $0.key.text == key }) { return exact }
    return foldsCase ? entries.first { $0.key.text.lowercased() == key } : nil
  }

  public mutating func value(_ key: String) -> YAMLNode? { entry(key)?.value }

  /// Notes an error for every key that was not asked for.
  /// - Parameter known: further names for the hint.
  public func refuseUnknownKeys(known: [String] = [], errors: inout ErrorCollector) {
    let names = asked.union(known)
    for entry in node.mapping ?? [] where !names.contains(entry.key.text) {
      let place = path.isEmpty ? "at the top level" : "in \(path)"
      errors.add(
        "key \"\(entry.key.text)\" is not known \(place)", at: entry.keyLocation, path: "",
        hint: NearestName.hint(for: entry.key.text, among: names.sorted()))
    }
  }
}
