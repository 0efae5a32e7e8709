internal import AgentConfiguration
internal import GoCompat
internal import LogModel

/// One rule with its templates compiled (Prometheus, model/relabel).
struct RelabelRule: Sendable {
  let configuration: RelabelConfiguration
  private let regex: Regex
  private let target: RegexTemplate
  private let replacement: RegexTemplate

  init(_ configuration: RelabelConfiguration) {
    self.configuration = configuration
    regex = configuration.regex.regex
    target = RegexTemplate(configuration.targetLabel, for: regex)
    replacement = RegexTemplate(configuration.replacement, for: regex)
  }

  /// The values of the source labels, joined; a missing label is empty.
  func value(of labels: LabelSet) -> String {
    let sources = configuration.sourceLabels
    if sources.count == 1 { return labels[sources[0]] ?? "" }
    return sources.map { labels[$0] ?? "" }.joined(separator: configuration.separator)
  }

  /// Whether it may make a difference what a label says.
  func reads(_ name: String) -> Bool {
    switch configuration.action {
    case .labelmap, .labeldrop, .labelkeep: regex.matches(name)
    case .dropequal, .keepequal: configuration.targetLabel == name || configuration.sourceLabels.contains(name)
    case .drop, .keep, .replace, .lowercase, .uppercase, .hashmod: configuration.sourceLabels.contains(name)
    }
  }

  /// - Returns: whether the target stays.
  func apply(to labels: inout LabelSet) -> Bool {
    let value = value(of: labels)
    let name = configuration.targetLabel
    switch configuration.action {
    case .drop: if regex.matches(value) { return false }
    case .keep: if !regex.matches(value) { return false }
    case .dropequal: if labels[name] ?? "" == value { return false }
    case .keepequal: if labels[name] ?? "" != value { return false }
    case .replace: replace(value, in: &labels)
    case .lowercase: Self.set(name, Self.mapped(value, \.lowercaseMapping), in: &labels)
    case .uppercase: Self.set(name, Self.mapped(value, \.uppercaseMapping), in: &labels)
    case .hashmod:
      // The start checks see to it that the modulus is not zero.
      if configuration.modulus > 0 {
        Self.set(name, String(MD5.lastHalf(of: Array(value.utf8)) % configuration.modulus), in: &labels)
      }
    case .labelmap:
      for label in labels.labels {
        if let groups = regex.firstMatch(label.name) {
          Self.set(replacement.expand(label.name, groups), label.value, in: &labels)
        }
      }
    case .labeldrop: labels = labels.filter { !regex.matches($0) }
    case .labelkeep: labels = labels.filter { regex.matches($0) }
    }
    return true
  }

  private func replace(_ value: String, in labels: inout LabelSet) {
    guard let groups = regex.firstMatch(value) else { return }
    Self.set(target.expand(value, groups), replacement.expand(value, groups), in: &labels)
  }

  /// An empty value removes the label; an empty name is none.
  private static func set(_ name: String, _ value: String, in labels: inout LabelSet) {
    if !name.isEmpty { labels[name] = value.isEmpty ? nil : value }
  }

  /// Letter case of each code point by itself, as in Go: what would become several stays.
  private static func mapped(_ text: String, _ mapping: KeyPath<Unicode.Scalar.Properties, String>) -> String {
    var out = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      let mapped = scalar.properties[keyPath: mapping].unicodeScalars
      out.append(mapped.count == 1 ? mapped.first ?? scalar : scalar == "\u{130}" ? "i" : scalar)
    }
    return String(out)
  }
}
