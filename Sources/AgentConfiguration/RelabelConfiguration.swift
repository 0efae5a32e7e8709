public import GoCompat
public import YAMLSource

/// A relabelling rule, as in Prometheus.
public struct RelabelConfiguration: Sendable {
  public enum Action: String, CaseIterable, Sendable {
    case replace, keep, drop, keepequal, dropequal, hashmod, labelmap, labeldrop, labelkeep, lowercase, uppercase
  }

  public static let defaultSeparator = ";"
  public static let defaultReplacement = "$1"

  public var sourceLabels: [String] = []
  public var separator = defaultSeparator
  /// Has to match the whole text.
  public var regex = RelabelRegex.any
  public var modulus: UInt64 = 0
  public var targetLabel = ""
  public var replacement = defaultReplacement
  public var action = Action.replace

  public internal(set) var location = SourceLocation.none
  /// Whether the file gave a key that the action has no use for, and so on: for the checks at the start.
  private var hasSourceLabels: Bool { !sourceLabels.isEmpty }

  public init() {}

  /// What keeps the rule from being used, as Prometheus words it; told at the start only.
  func fault() -> String? {
    let needsTarget: Set<Action> = [.replace, .hashmod, .lowercase, .uppercase, .keepequal, .dropequal]
    if action == .hashmod, modulus == 0 { return "hashmod needs a modulus that is not zero" }
    if needsTarget.contains(action), targetLabel.isEmpty { return "\(action.rawValue) needs a target_label" }
    let isPlain = separator == Self.defaultSeparator && replacement == Self.defaultReplacement && modulus == 0
    switch action {
    case .keepequal, .dropequal:
      if !isPlain || regex.text != RelabelRegex.any.text {
        return "\(action.rawValue) takes only source_labels and target_label"
      }
    case .labeldrop, .labelkeep:
      if !isPlain || hasSourceLabels || !targetLabel.isEmpty { return "\(action.rawValue) takes only a regex" }
    case .labelmap:
      if replacement.isEmpty { return "labelmap needs a replacement that is a label name" }
    default: break
    }
    return nil
  }
}

/// An anchored expression with the text it was written as.
public struct RelabelRegex: Sendable {
  public let text: String
  public let regex: Regex

  public static let any = RelabelRegex(unchecked: "(.*)")

  /// The dot matches line breaks too, as in Prometheus 3.
  public init(_ text: String) throws(RegexError) {
    // Checked by itself first, lest a stray parenthesis close the group around it.
    _ = try Regex(text)
    self.text = text
    regex = try Regex("(?s:\(text))", anchored: true)
  }

  private init(unchecked text: String) {
    do {
      self = try RelabelRegex(text)
    } catch {
      preconditionFailure("\(error)")
    }
  }
}

extension RelabelConfiguration: ConfigurationSection {
  static let fields: [ConfigurationField<RelabelConfiguration>] = [
    ConfigurationField(ifSet: "source_labels", \.sourceLabels),
    ConfigurationField("separator", \.separator),
    ConfigurationField(
      "regex",
      read: { entry, path, rule, errors in
        if let regex = RelabelRegex.read(entry.value, path: path, errors: &errors) { rule.regex = regex }
      },
      value: { $0.regex.text == RelabelRegex.any.text ? nil : .string($0.regex.text) }),
    ConfigurationField(ifSet: "modulus", \.modulus),
    ConfigurationField(ifSet: "target_label", \.targetLabel),
    ConfigurationField("replacement", \.replacement),
    ConfigurationField("action", \.action),
  ]

  mutating func finish(_ node: YAMLNode, path: String, errors: inout ErrorCollector) {
    location = node.location
  }
}

extension RelabelConfiguration.Action: ConfigurationValue {
  /// In any letter case.
  static func read(_ node: YAMLNode, path: String, errors: inout ErrorCollector) -> RelabelConfiguration.Action? {
    guard let text = node.scalar?.text, let action = Self(rawValue: text.lowercased()) else {
      return readName(node, path: path, errors: &errors)
    }
    return action
  }
  var yaml: YAMLValue { .string(rawValue) }
}

extension RelabelRegex {
  fileprivate static func read(_ node: YAMLNode, path: String, errors: inout ErrorCollector) -> RelabelRegex? {
    guard let text = String.read(node, path: path, errors: &errors) else { return nil }
    do {
      return try RelabelRegex(text)
    } catch {
      errors.add("\(error)", at: node.location, path: path)
      return nil
    }
  }
}
