import GoCompat

extension Parser {
  mutating func stages() throws(LogQLError) -> [Stage] {
    var stages: [Stage] = []
    while true {
      let start = token
      if token.kind == .symbol, let kind = LineFilterOperator(rawValue: token.text) {
        _ = advance()
        let filter = try lineFilter(kind)
        stages.append(Stage(kind: .lineFilter(filter), position: position(start)))
      } else if token.isSymbol("|") {
        _ = advance()
        let place = position(token)
        stages.append(Stage(kind: try stage(), position: place))
      } else {
        return stages
      }
    }
  }

  private mutating func lineFilter(_ kind: LineFilterOperator) throws(LogQLError) -> LineFilter {
    var operands: [LineFilter.Operand] = []
    repeat {
      if token.isWord("ip") {
        _ = advance()
        try expect("(")
        operands.append(LineFilter.Operand(text: try expectString(), isAddress: true))
        try expect(")")
      } else {
        operands.append(LineFilter.Operand(text: try expectString(expecting: nil), isAddress: false))
      }
    } while takeWord("or")
    let filter = LineFilter(kind: kind, operands: operands)
    _ = try LinePredicate(filter)
    return filter
  }

  private mutating func stage() throws(LogQLError) -> Stage.Kind {
    // A word followed by a comparison is a label of that name, not a stage.
    let isLabel = peek(1).kind == .symbol && LabelFilter.Comparison(rawValue: peek(1).text) != nil
    guard token.kind == .identifier, !isLabel, peek(1).text != "=~", peek(1).text != "!~" else {
      return .labelFilter(try labelFilter())
    }
    switch token.text {
    case "json":
      _ = advance()
      return .json(try fieldExpressions())
    case "logfmt":
      _ = advance()
      var flags: Set<String> = []
      while token.kind == .flag { flags.insert(advance().text) }
      let fields = try fieldExpressions()
      return .logfmt(fields, strict: flags.contains("--strict"), keepEmpty: flags.contains("--keep-empty"))
    case "pattern":
      _ = advance()
      return .pattern(try expectString())
    case "regexp":
      _ = advance()
      let pattern = try expectString()
      let names = try Regex(logQL: pattern).groupNames.compactMap { $0 }
      if names.isEmpty {
        throw LogQLError("invalid regexp parser: at least one named capture must be supplied")
      }
      return .regexp(pattern)
    case "unpack":
      _ = advance()
      return .unpack
    case "line_format":
      _ = advance()
      return .lineFormat(try expectString())
    case "label_format":
      _ = advance()
      return .labelFormat(try labelFormats())
    case "drop":
      _ = advance()
      return .drop(try labelChoices())
    case "keep":
      _ = advance()
      return .keep(try labelChoices())
    case "decolorize":
      _ = advance()
      return .decolorize
    case "unwrap":
      _ = advance()
      let name = try expectIdentifier()
      guard take("(") else { return .unwrap(label: name, conversion: nil) }
      let label = try expectIdentifier()
      try expect(")")
      return .unwrap(label: label, conversion: name)
    default: return .labelFilter(try labelFilter())
    }
  }

  private mutating func fieldExpressions() throws(LogQLError) -> [FieldExpression] {
    var fields: [FieldExpression] = []
    guard token.kind == .identifier, !Token.reserved.contains(token.text) || peek(1).isSymbol("=") else {
      return fields
    }
    repeat {
      let label = try expectIdentifier()
      let expression = take("=") ? try expectString() : label
      fields.append(FieldExpression(label: label, expression: expression))
    } while take(",")
    return fields
  }

  private mutating func labelFormats() throws(LogQLError) -> [LabelFormat] {
    var formats: [LabelFormat] = []
    repeat {
      let label = try expectIdentifier()
      try expect("=", expecting: "=")
      if formats.contains(where: { $0.label == label }) {
        throw LogQLError("multiple label name '\(label)' not allowed in a single format operation")
      }
      if token.kind == .string {
        formats.append(LabelFormat(label: label, value: .template(advance().text)))
      } else {
        formats.append(
          LabelFormat(label: label, value: .label(try expectIdentifier(expecting: "IDENTIFIER or STRING"))))
      }
    } while take(",")
    return formats
  }

  private mutating func labelChoices() throws(LogQLError) -> [LabelChoice] {
    var choices: [LabelChoice] = []
    repeat {
      let label = try expectIdentifier()
      var matcher: Matcher?
      if token.kind == .symbol, let kind = MatchOperator(rawValue: token.text) {
        _ = advance()
        matcher = try Matcher(label, kind, try expectString())
      }
      choices.append(LabelChoice(label: label, matcher: matcher))
    } while take(",")
    return choices
  }

  // MARK: label filters

  /// `or` binds weakest; `and`, a comma and nothing at all mean the same.
  private mutating func labelFilter() throws(LogQLError) -> LabelFilter {
    try descend()
    defer { depth -= 1 }
    var filter = try labelConjunction()
    while takeWord("or") { filter = .or(filter, try labelConjunction()) }
    return filter
  }

  private mutating func labelConjunction() throws(LogQLError) -> LabelFilter {
    var filter = try labelComparison()
    while true {
      if takeWord("and") || take(",") {
        filter = .and(filter, try labelComparison())
      } else if token.isSymbol("(") || (token.kind == .identifier && peek(1).kind == .symbol && !token.isWord("or")),
        !["by", "without", "on", "ignoring", "offset", "unless"].contains(token.text)
      {
        filter = .and(filter, try labelComparison())
      } else {
        return filter
      }
    }
  }

  private mutating func labelComparison() throws(LogQLError) -> LabelFilter {
    if take("(") {
      let inner = try labelFilter()
      try expect(")")
      return inner
    }
    let label = try expectIdentifier(expecting: nil)
    guard token.kind == .symbol else { throw unexpected() }
    let sign = token.text
    if let kind = MatchOperator(rawValue: sign), peek(1).kind == .string {
      _ = advance()
      return .text(try Matcher(label, kind, advance().text))
    }
    guard let comparison = LabelFilter.Comparison(rawValue: sign) else {
      guard MatchOperator(rawValue: sign) != nil else { throw unexpected() }
      _ = advance()
      throw unexpected(expecting: "STRING")
    }
    _ = advance()
    if comparison == .equal || comparison == .notEqual, takeWord("ip") {
      try expect("(")
      let address = try expectString()
      try expect(")")
      return .address(label: label, isEqual: comparison == .equal, address)
    }
    let negative = take("-")
    switch token.kind {
    case .number(let value):
      _ = advance()
      return .quantity(label: label, comparison, .number(negative ? -value : value))
    case .duration(let nanoseconds):
      _ = advance()
      return .quantity(label: label, comparison, .duration(negative ? -nanoseconds : nanoseconds))
    case .bytes(let count) where !negative:
      _ = advance()
      return .quantity(label: label, comparison, .bytes(count))
    default: throw unexpected()
    }
  }
}
