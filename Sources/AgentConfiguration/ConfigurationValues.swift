internal import GoCompat
internal import LogModel
internal import YAMLSource

// How the simple types stand in the file.

extension ErrorCollector {
  /// The value, or `nil` with its error noted.
  mutating func note<Value>(_ body: () throws(ConfigurationError) -> Value) -> Value? {
    do {
      return try body()
    } catch {
      add(error)
      return nil
    }
  }
}

extension String: ConfigurationValue {
  static func read(_ node: YAMLNode, path: String, errors: inout ErrorCollector) -> String? {
    errors.note { () throws(ConfigurationError) in try node.string(path) }
  }
  var yaml: YAMLValue { .string(self) }
  var isUnset: Bool { isEmpty }
}

extension Bool: ConfigurationValue {
  static func read(_ node: YAMLNode, path: String, errors: inout ErrorCollector) -> Bool? {
    errors.note { () throws(ConfigurationError) in try node.bool(path) }
  }
  var yaml: YAMLValue { .bool(self) }
  var isUnset: Bool { !self }
}

extension Int: ConfigurationValue {
  static func read(_ node: YAMLNode, path: String, errors: inout ErrorCollector) -> Int? {
    errors.note { () throws(ConfigurationError) in try node.int(path) }
  }
  var yaml: YAMLValue { .int(Int64(self)) }
  var isUnset: Bool { self == 0 }
}

extension UInt64: ConfigurationValue {
  static func read(_ node: YAMLNode, path: String, errors: inout ErrorCollector) -> UInt64? {
    if case .uint(let value) = node.scalar?.kind { return value }
    guard let value = errors.note({ () throws(ConfigurationError) in try node.int(path) }) else { return nil }
    if value < 0 { errors.add(node.unexpected("a number that is not negative", path)) }
    return UInt64(exactly: value)
  }
  var yaml: YAMLValue { .uint(self) }
  var isUnset: Bool { self == 0 }
}

extension Double: ConfigurationValue {
  static func read(_ node: YAMLNode, path: String, errors: inout ErrorCollector) -> Double? {
    errors.note { () throws(ConfigurationError) in try node.double(path) }
  }
  var yaml: YAMLValue { .plain(GoNumber.general(self)) }
  var isUnset: Bool { self == 0 }
}

extension GoDuration: ConfigurationValue {
  static func read(_ node: YAMLNode, path: String, errors: inout ErrorCollector) -> GoDuration? {
    // A bare number counts nanoseconds.
    if case .int(let value) = node.scalar?.kind { return GoDuration(nanoseconds: value) }
    if let scalar = node.scalar, let duration = parse(scalar.text) { return duration }
    errors.add(node.unexpected("a duration", path, hint: "write it like 10s, 5m or 1h30m"))
    return nil
  }
  var yaml: YAMLValue { .plain(description) }
  var isUnset: Bool { nanoseconds == 0 }
}

extension PrometheusDuration: ConfigurationValue {
  static func read(_ node: YAMLNode, path: String, errors: inout ErrorCollector) -> PrometheusDuration? {
    if let scalar = node.scalar, let duration = parse(scalar.text) { return duration }
    errors.add(node.unexpected("a duration", path, hint: "write it like 30s, 5m or 1d"))
    return nil
  }
  var yaml: YAMLValue { .plain(description) }
  var isUnset: Bool { nanoseconds == 0 }
}

extension ByteSize: ConfigurationValue {
  static func read(_ node: YAMLNode, path: String, errors: inout ErrorCollector) -> ByteSize? {
    if let scalar = node.scalar, let size = parse(scalar.text) { return size }
    errors.add(node.unexpected("a size in bytes", path, hint: "write it like 4096, 256KB or 1MB"))
    return nil
  }
  var yaml: YAMLValue { .plain(description) }
  var isUnset: Bool { bytes == 0 }
}

extension Optional: ConfigurationValue where Wrapped: ConfigurationValue {
  static func read(_ node: YAMLNode, path: String, errors: inout ErrorCollector) -> Wrapped?? {
    Wrapped.read(node, path: path, errors: &errors).map { .some($0) }
  }
  var yaml: YAMLValue { self?.yaml ?? .null }
  var isUnset: Bool { self == nil }
}

extension Array: ConfigurationValue where Element: ConfigurationValue {
  static func read(_ node: YAMLNode, path: String, errors: inout ErrorCollector) -> [Element]? {
    guard let items = errors.note({ () throws(ConfigurationError) in try node.items(path) }) else { return nil }
    return items.enumerated().compactMap { index, item in
      Element.read(item, path: "\(path)[\(index)]", errors: &errors)
    }
  }
  var yaml: YAMLValue { .list(map(\.yaml)) }
  var isUnset: Bool { isEmpty }
}

extension LabelSet: ConfigurationValue {
  /// Values are text as it is written. A label without a value is none, as in Prometheus.
  static func read(_ node: YAMLNode, path: String, errors: inout ErrorCollector) -> LabelSet? {
    guard let entries = MappingReader(node, path: path, errors: &errors)?.node.mapping else { return .empty }
    var labels: [Label] = []
    for entry in entries {
      let name = entry.key.text
      if name.isEmpty { errors.add("a label needs a name", at: entry.keyLocation, path: path) }
      if let value = String.read(entry.value, path: "\(path).\(name)", errors: &errors), !value.isEmpty {
        labels.append(Label(name, value))
      }
    }
    return LabelSet(labels)
  }
  var yaml: YAMLValue { .mapping(labels.map { .init($0.name, .string($0.value)) }) }
  var isUnset: Bool { isEmpty }
}

/// Text that is never shown.
public struct Secret: Hashable, Sendable, CustomStringConvertible {
  public var text: String

  public init(_ text: String) { self.text = text }

  public var description: String { "<secret>" }
}

extension Secret: ConfigurationValue {
  static func read(_ node: YAMLNode, path: String, errors: inout ErrorCollector) -> Secret? {
    String.read(node, path: path, errors: &errors).map(Secret.init)
  }
  var yaml: YAMLValue { .plain(text.isEmpty ? "\"\"" : "<secret>") }
  var isUnset: Bool { text.isEmpty }
}

/// Names and texts in the order of the file, such as HTTP headers.
public struct NamedTexts: Hashable, Sendable {
  public struct Pair: Hashable, Sendable {
    public var name: String
    public var text: String
  }

  public var pairs: [Pair]

  public init(_ pairs: [Pair] = []) { self.pairs = pairs }

  public var isEmpty: Bool { pairs.isEmpty }
  public subscript(name: String) -> String? { pairs.first { $0.name == name }?.text }
}

extension NamedTexts: ConfigurationValue {
  static func read(_ node: YAMLNode, path: String, errors: inout ErrorCollector) -> NamedTexts? {
    guard let entries = MappingReader(node, path: path, errors: &errors)?.node.mapping else { return NamedTexts() }
    return NamedTexts(
      entries.compactMap { entry in
        String.read(entry.value, path: "\(path).\(entry.key.text)", errors: &errors)
          .map { Pair(name: entry.key.text, text: $0) }
      })
  }
  var yaml: YAMLValue { .mapping(pairs.map { .init($0.name, .string($0.text)) }) }
  var isUnset: Bool { isEmpty }
}
