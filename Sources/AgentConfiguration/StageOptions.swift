internal import GoCompat
internal import YAMLSource

/// A name and where its value comes from: a label and an extracted value, an extracted value and a field.
public struct SourcedName: Hashable, Sendable {
  public var name: String
  public var source: String

  public init(name: String, source: String) {
    self.name = name
    self.source = source
  }
}

/// The options of a stage while they are read.
///
/// Stages have rules of their own: letter case of an option does not count, unknown options are ignored, and types are
/// strict, except in the stages that ask for `converts`.
struct StageOptions {
  let node: YAMLNode
  let name: String
  let path: String
  /// How many `match` stages are around this one.
  let depth: Int
  /// Numbers and truth values may be written as text, and the other way round.
  var converts = false
  var errors = ErrorCollector()

  init(_ node: YAMLNode, name: String, path: String, depth: Int = 0) {
    self.node = node
    self.name = name
    self.path = path
    self.depth = depth
  }

  var hasNoErrors: Bool { errors.errors.isEmpty }

  /// Refuses what no stage of that kind can start from.
  mutating func isUsable(_ declaration: StageDeclaration) -> Bool {
    if node.isNull, !declaration.acceptsNothing {
      errors.add("stage \"\(name)\" needs options", at: node.location, path: path)
      return false
    }
    if let entry = node.mapping?.first(where: { !isText($0.key) }) {
      errors.add(
        "the key \(entry.key.text) is no text to YAML", at: entry.keyLocation, path: path,
        hint: "quote it: '\(entry.key.text)'")
      return false
    }
    return true
  }

  private func isText(_ scalar: YAMLScalar) -> Bool { scalar.kind == .string }

  mutating func refuse(_ message: String, _ key: String? = nil, hint: String? = nil) {
    let place = key.flatMap { entry($0)?.value.location } ?? node.location
    errors.add(message, at: place, path: path, hint: hint)
  }

  /// The entry of an option in any letter case; `nil` when it is absent.
  func entry(_ key: String) -> YAMLNode.Entry? {
    let entries = node.mapping ?? []
    return entries.first { $0.key.text == key } ?? entries.first { $0.key.text.lowercased() == key }
  }

  /// Whether an option is there and not null.
  func has(_ key: String) -> Bool { entry(key).map { !$0.value.isNull } ?? false }

  private func value(_ key: String) -> YAMLNode? {
    guard let value = entry(key)?.value, !value.isNull else { return nil }
    return value
  }

  mutating func string(_ key: String) -> String? {
    value(key).flatMap { text($0, "\(path).\(key)") }
  }

  /// As `string`, and an empty one is refused.
  mutating func nonEmptyString(_ key: String) -> String? {
    guard let text = string(key) else { return nil }
    if text.isEmpty { refuse("\(key) must not be empty", key, hint: "leave it out to use the line") }
    return text
  }

  mutating func requiredString(_ key: String) -> String? {
    guard let text = string(key), !text.isEmpty else {
      if hasNoErrors { refuse("stage \"\(name)\" needs \(key)") }
      return nil
    }
    return text
  }

  mutating func bool(_ key: String) -> Bool? {
    guard let value = value(key) else { return nil }
    if converts, let text = value.scalar?.text {
      switch text {
      case "1", "t", "T", "TRUE", "true", "True": return true
      case "0", "f", "F", "FALSE", "false", "False", "": return false
      default: break
      }
    }
    let path = path
    return errors.note { () throws(ConfigurationError) in try value.bool("\(path).\(key)") }
  }

  mutating func int(_ key: String) -> Int? {
    guard let value = value(key) else { return nil }
    if converts, let text = value.scalar?.text, case .int(let number) = YAMLScalar(plain: text).kind {
      return Int(number)
    }
    let path = path
    return errors.note { () throws(ConfigurationError) in try value.int("\(path).\(key)") }
  }

  mutating func double(_ key: String) -> Double? {
    guard let value = value(key) else { return nil }
    if converts, let text = value.scalar?.text, let number = Double(text) { return number }
    let path = path
    return errors.note { () throws(ConfigurationError) in try value.double("\(path).\(key)") }
  }

  /// Always written as text with a unit.
  mutating func duration(_ key: String) -> GoDuration? {
    guard let text = string(key) else { return nil }
    if let duration = GoDuration.parse(text) { return duration }
    refuse("\"\(text)\" is no duration", key, hint: "write it like 10s, 5m or 1h30m")
    return nil
  }

  mutating func byteSize(_ key: String) -> ByteSize? {
    converts = true
    guard let text = string(key) else { return nil }
    if let size = ByteSize.parse(text) { return size }
    refuse("\"\(text)\" is no size in bytes", key, hint: "write it like 4096, 256KB or 1MB")
    return nil
  }

  mutating func regex(_ key: String) -> Regex? {
    guard let text = string(key) else { return nil }
    do {
      return try Regex(text)
    } catch {
      let value = entry(key)?.value
      errors.add("\(error)", at: value?.location ?? node.location, path: "\(path).\(key)")
      return nil
    }
  }

  /// As `regex`, and it must be there.
  mutating func requiredRegex(_ key: String) -> Regex? {
    requiredString(key) == nil ? nil : regex(key)
  }

  mutating func strings(_ key: String) -> [String]? {
    value(key).flatMap { strings($0, "\(path).\(key)") }
  }

  /// The stage's own list, not one of an option.
  mutating func ownStrings() -> [String]? { strings(node, path) }

  private mutating func strings(_ list: YAMLNode, _ path: String) -> [String]? {
    if converts, list.scalar != nil { return text(list, path).map { [$0] } }
    guard let items = errors.note({ () throws(ConfigurationError) in try list.items(path) }) else { return nil }
    return items.enumerated().compactMap { index, item in text(item, "\(path)[\(index)]") }
  }

  /// Names with sources; a name without one is its own source.
  mutating func sourcedNames(_ key: String) -> [SourcedName]? {
    value(key).flatMap { sourcedNames($0, "\(path).\(key)") }
  }

  /// The stage's own mapping, not one of an option.
  mutating func ownSourcedNames() -> [SourcedName] {
    node.isNull ? [] : sourcedNames(node, path) ?? []
  }

  private mutating func sourcedNames(_ mapping: YAMLNode, _ path: String) -> [SourcedName]? {
    guard let entries = mapping.mapping else {
      errors.add(mapping.unexpected("a mapping", path))
      return nil
    }
    return entries.compactMap { entry in
      guard isText(entry.key) else {
        errors.add(
          "the key \(entry.key.text) is no text to YAML", at: entry.keyLocation, path: path,
          hint: "quote it: '\(entry.key.text)'")
        return nil
      }
      if entry.value.isNull { return SourcedName(name: entry.key.text, source: entry.key.text) }
      guard let source = text(entry.value, "\(path).\(entry.key.text)") else { return nil }
      return SourcedName(name: entry.key.text, source: source.isEmpty ? entry.key.text : source)
    }
  }

  /// The items of an option that lists stages.
  mutating func stages(_ key: String) -> [StageConfiguration] {
    guard let value = value(key) else { return [] }
    let path = "\(path).\(key)"
    guard let items = errors.note({ () throws(ConfigurationError) in try value.items(path) }) else { return [] }
    return StageConfiguration.readAll(items, path: path, depth: depth + 1, errors: &errors)
  }

  private mutating func text(_ node: YAMLNode, _ path: String) -> String? {
    if converts, let scalar = node.scalar {
      if case .bool(let value) = scalar.kind { return value ? "1" : "0" }
      return scalar.text
    }
    return errors.note { () throws(ConfigurationError) in try node.strictString(path) }
  }
}
