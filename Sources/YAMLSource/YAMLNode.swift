/// A node of a YAML document with its place in the file.
public struct YAMLNode: Hashable, Sendable {
  public var location: SourceLocation
  public var content: Content

  public indirect enum Content: Hashable, Sendable {
    case scalar(YAMLScalar)
    case list([YAMLNode])
    /// In the order of the file, merge keys resolved.
    case mapping([Entry])
  }

  /// A key and its value.
  public struct Entry: Hashable, Sendable {
    public var key: YAMLScalar
    public var keyLocation: SourceLocation
    public var value: YAMLNode
  }

  public init(_ content: Content, at location: SourceLocation) {
    self.content = content
    self.location = location
  }

  public var scalar: YAMLScalar? {
    if case .scalar(let scalar) = content { scalar } else { nil }
  }

  public var list: [YAMLNode]? {
    if case .list(let items) = content { items } else { nil }
  }

  public var mapping: [Entry]? {
    if case .mapping(let entries) = content { entries } else { nil }
  }

  public var isNull: Bool { scalar?.kind == .null }

  /// The value of a key of a mapping.
  public subscript(key: String) -> YAMLNode? {
    mapping?.first { $0.key.text == key }?.value
  }

  /// What it is, for an error: `a list`, `the number 12`, `"text"`.
  public var summary: String {
    switch content {
    case .list: "a list"
    case .mapping: "a mapping"
    case .scalar(let scalar): scalar.summary
    }
  }
}
