import AgentConfiguration
import GoCompat
import YAMLSource

extension Check {
  static let emptyMatch = Check(
    "empty-match", "a regular expression that fits nothing but the empty text in most lines"
  ) {
    configuration, findings in
    for (stage, path, expression) in expressions(configuration) {
      // Those of drop stages are for dropsEverything.
      if case .drop = stage.options { continue }
      if matchesOnlyNothing(expression) {
        findings.warn(
          "the expression \(expression.pattern) fits the empty text at the start of any line, and so finds nothing further on",
          at: stage.location, path: path,
          hint: "make something in it compulsory, such as the words around the value")
      }
    }
  }

  static let dropsEverything = Check("drops-everything", "a rule or stage that drops all lines or all targets") {
    configuration, findings in
    for (index, job) in configuration.scrapeConfigs.enumerated() {
      let base = "scrape_configs[\(index)]"
      for (number, rule) in job.relabelConfigs.enumerated() where rule.action == .drop {
        if rule.regex.regex.matches("") && rule.regex.regex.matches("\u{1}x y\u{2}") {
          findings.warn(
            "the rule drops every target: its regex \(rule.regex.text) fits anything", at: rule.location,
            path: "\(base).relabel_configs[\(number)]", hint: "give it a regex")
        }
      }
      for (stage, path) in job.allStages(path: base) {
        func warn(_ why: String) {
          findings.warn("stage \"\(stage.name)\" drops every line: \(why)", at: stage.location, path: path)
        }
        switch stage.options {
        case .drop(let drop):
          guard let expression = drop.expression, drop.olderThan == nil, drop.longerThan == nil else { continue }
          if expression.matches(""), expression.matches("\u{1}x") {
            warn("its expression \(expression.pattern) fits any text")
          }
        case .sampling(let sampling): if sampling.rate == 0 { warn("its rate is 0") }
        case .match(let match):
          guard match.action == .drop, match.filters.isEmpty else { continue }
          if match.isAlwaysTrue { warn("its selector fits every stream") }
        default: continue
        }
      }
    }
  }

  static let doubledBackslashes = Check(
    "doubled-backslashes", "a regular expression that looks for a backslash where a class such as \\d was meant"
  ) { configuration, findings in
    for (stage, path, expression) in expressions(configuration) {
      let pattern = expression.pattern
      guard ["\\\\d", "\\\\w", "\\\\s", "\\\\S", "\\\\[", "\\\\("].contains(where: pattern.contains) else { continue }
      findings.warn(
        "the expression \(pattern) looks for backslashes", at: stage.location, path: path,
        hint: "in single quotes and without quotes write \\d, only in double quotes \\\\d")
    }
  }

  /// Every regular expression of every stage.
  private static func expressions(_ configuration: AgentConfiguration)
    -> [(stage: StageConfiguration, path: String, expression: Regex)]
  {
    configuration.scrapeConfigs.enumerated().flatMap { index, job in
      job.allStages(path: "scrape_configs[\(index)]").compactMap { stage, path in
        switch stage.options {
        case .regex(let regex): (stage, path, regex.expression)
        case .replace(let replace): (stage, path, replace.expression)
        case .multiline(let multiline): (stage, path, multiline.firstline)
        case .drop(let drop): drop.expression.map { (stage, path, $0) }
        default: nil
        }
      }
    }
  }

  /// Whether the first match in text that it was surely not written for is the empty one.
  private static func matchesOnlyNothing(_ expression: Regex) -> Bool {
    guard let groups = expression.firstMatch("\u{1}\u{2}\u{3}"), let whole = groups.first else { return false }
    return whole.isMatched && whole.range.isEmpty
  }
}

extension MatchStage {
  fileprivate var isAlwaysTrue: Bool {
    selector.matchers.allSatisfy { matcher in
      switch matcher.condition {
      case .expression(let regex, let isNegated): !isNegated && regex.matches("") && regex.matches("\u{1}x")
      case .text: false
      }
    }
  }

  fileprivate var filters: [MatchSelector.Condition] { selector.filters }
}
