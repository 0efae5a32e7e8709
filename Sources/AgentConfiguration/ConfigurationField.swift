internal import YAMLSource

/// What a key of the configuration may hold: reads itself from a node and shows itself again.
protocol ConfigurationValue: Sendable {
  /// - Returns: `nil` after noting what is wrong.
  static func read(_ node: YAMLNode, path: String, errors: inout ErrorCollector) -> Self?
  var yaml: YAMLValue { get }
  /// Whether it is what an absent key means, so that it need not be shown.
  var isUnset: Bool { get }
}

extension ConfigurationValue {
  var isUnset: Bool { false }
}

/// A mapping of the configuration file. Its keys are declared once, in `fields`: reading, the names for hints and the
/// printed form follow from there.
protocol ConfigurationSection: ConfigurationValue {
  /// With the defaults that hold when the section is there.
  init()
  static var fields: [ConfigurationField<Self>] { get }
  /// Takes note of where the section began, and checks what concerns several keys.
  mutating func finish(_ node: YAMLNode, path: String, errors: inout ErrorCollector)
}

extension ConfigurationSection {
  mutating func finish(_ node: YAMLNode, path: String, errors: inout ErrorCollector) {}

  static func read(_ node: YAMLNode, path: String, errors: inout ErrorCollector) -> Self? {
    var section = Self()
    return section.fill(from: node, path: path, errors: &errors) ? section : nil
  }

  /// Puts in what the file says; the rest stays.
  @discardableResult
  mutating func fill(from node: YAMLNode, path: String, errors: inout ErrorCollector) -> Bool {
    guard var reader = MappingReader(node, path: path, errors: &errors) else { return false }
    for field in Self.fields {
      // A key without a value is as if it were not there.
      if let entry = reader.entry(field.key), !entry.value.isNull {
        field.read(entry, reader.path(of: field.key), &self, &errors)
      }
    }
    reader.refuseUnknownKeys(errors: &errors)
    finish(node, path: path, errors: &errors)
    return true
  }

  var yaml: YAMLValue {
    .mapping(
      Self.fields.compactMap { field in
        field.value(self).map { YAMLValue.Member(field.key, $0) }
      })
  }
}

/// Where a section keeps the value of a key.
typealias Place<Section, Value> = any WritableKeyPath<Section, Value> & Sendable

/// One key of a section.
struct ConfigurationField<Section: Sendable>: Sendable {
  let key: String
  let read: @Sendable (YAMLNode.Entry, String, inout Section, inout ErrorCollector) -> Void
  /// `nil` when the key is not to be shown.
  let value: @Sendable (Section) -> YAMLValue?

  /// A key that is always shown.
  init<Value: ConfigurationValue>(_ key: String, _ place: Place<Section, Value>) {
    self.init(key, place, shown: { _ in true })
  }

  /// A key that is shown when somebody set it.
  init<Value: ConfigurationValue>(ifSet key: String, _ place: Place<Section, Value>) {
    self.init(key, place, shown: { !$0.isUnset })
  }

  /// A key that Promtail does not have: shown when it differs from what holds anyway.
  init<Value: ConfigurationValue>(
    _ key: String, _ place: Place<Section, Value>, shownUnless isDefault: @escaping @Sendable (Value) -> Bool
  ) {
    self.init(key, place, shown: { !isDefault($0) })
  }

  private init<Value: ConfigurationValue>(
    _ key: String, _ place: Place<Section, Value>, shown: @escaping @Sendable (Value) -> Bool
  ) {
    self.key = key
    read = { entry, path, section, errors in
      if let value = Value.read(entry.value, path: path, errors: &errors) { section[keyPath: place] = value }
    }
    value = { section in
      let value = section[keyPath: place]
      return shown(value) ? value.yaml : nil
    }
  }

  /// A key that needs more than its value.
  init(
    _ key: String, read: @escaping @Sendable (YAMLNode.Entry, String, inout Section, inout ErrorCollector) -> Void,
    value: @escaping @Sendable (Section) -> YAMLValue?
  ) {
    self.key = key
    self.read = read
    self.value = value
  }
}
