import GoCompat

extension Parser {
  /// What stands on a side of an operator. A log query is let through so that the error can name it.
  enum Operand {
    case logs(LogQuery, SourcePosition)
    case metric(MetricExpression)

    var isLogs: Bool { if case .logs = self { true } else { false } }
  }

  /// Precedence climbing over operators that bind tighter than `floor`.
  mutating func binary(above floor: Int) throws(LogQLError) -> Operand {
    try descend()
    defer { depth -= 1 }
    var left = try operand()
    while let sign = binaryOperator(), sign.precedence > floor {
      let place = position(advance())
      var returnsBool = false
      var matching: Grouping?
      var cardinality = BinaryOperation.Cardinality.oneToOne
      if takeWord("bool") { returnsBool = true }
      if token.isWord("on") || token.isWord("ignoring") {
        matching = Grouping(isWithout: advance().text == "ignoring", labels: try labelList())
        if token.isWord("group_left") || token.isWord("group_right") {
          let isLeft = advance().text == "group_left"
          let labels = token.isSymbol("(") ? try labelList() : []
          cardinality = isLeft ? .manyToOne(labels) : .oneToMany(labels)
        }
      }
      // Powers associate to the right.
      let right = try binary(above: sign == .power ? sign.precedence - 1 : sign.precedence)
      let leftExpression = try metric(left, leg: "left", of: sign)
      let rightExpression = try metric(right, leg: "right", of: sign)
      if sign.isSet {
        for (leg, expression) in [("left", leftExpression), ("right", rightExpression)] {
          if case .scalar(let value) = expression {
            throw LogQLError(
              "unexpected literal for \(leg) leg of logical/set binary operation (\(sign.rawValue)): \(sixDigits(value))"
            )
          }
        }
      }
      left = .metric(
        .binary(
          BinaryOperation(
            operator: sign, left: leftExpression, right: rightExpression, returnsBool: returnsBool, matching: matching,
            cardinality: cardinality, position: place)))
    }
    return left
  }

  private func binaryOperator() -> BinaryOperation.Operator? {
    switch token.kind {
    case .symbol: BinaryOperation.Operator(rawValue: token.text)
    case .identifier where ["and", "or", "unless"].contains(token.text): BinaryOperation.Operator(rawValue: token.text)
    default: nil
    }
  }

  private func metric(_ operand: Operand, leg: String, of sign: BinaryOperation.Operator) throws(LogQLError)
    -> MetricExpression
  {
    switch operand {
    case .metric(let expression): return expression
    case .logs(let query, _):
      let type = query.stages.isEmpty ? "*syntax.MatchersExpr" : "*syntax.PipelineExpr"
      throw LogQLError("unexpected type for \(leg) leg of binary operation (\(sign.rawValue)): \(type)")
    }
  }

  /// As Go's `%f`.
  private func sixDigits(_ value: Double) -> String {
    guard abs(value) < 1e12 else { return "\(value)" }
    let scaled = Int64((abs(value) * 1e6).rounded())
    let fraction = String(scaled % 1_000_000)
    let sign = value < 0 ? "-" : ""
    return "\(sign)\(scaled / 1_000_000)." + String(repeating: "0", count: 6 - fraction.count) + fraction
  }

  private mutating func operand() throws(LogQLError) -> Operand {
    let start = token
    switch start.kind {
    case .number(let value):
      _ = advance()
      return .metric(.scalar(value))
    case .symbol where start.text == "-" || start.text == "+":
      _ = advance()
      guard case .number(let value) = token.kind else { throw unexpected(expecting: "NUMBER") }
      _ = advance()
      return .metric(.scalar(start.text == "-" ? -value : value))
    case .symbol where start.text == "(":
      _ = advance()
      let inner = try binary(above: 0)
      try expect(")")
      return inner
    case .symbol where start.text == "{":
      return .logs(try logQuery(), position(start))
    case .identifier:
      if let function = RangeAggregation.Function(rawValue: start.text) {
        return .metric(.range(try rangeAggregation(function)))
      }
      if let function = VectorAggregation.Function(rawValue: start.text) {
        return .metric(.aggregation(try vectorAggregation(function)))
      }
      switch start.text {
      case "vector":
        _ = advance()
        try expect("(")
        guard case .number(let value) = token.kind else { throw unexpected(expecting: "NUMBER") }
        _ = advance()
        try expect(")")
        return .metric(.vector(value))
      case "label_replace": return .metric(.labelReplace(try labelReplacement()))
      default: throw unexpected()
      }
    default: throw unexpected()
    }
  }

  /// A metric expression where a log query will not do.
  private mutating func metricOperand() throws(LogQLError) -> MetricExpression {
    guard case .metric(let expression) = try binary(above: 0) else { throw unexpected() }
    return expression
  }

  private mutating func labelList() throws(LogQLError) -> [String] {
    try expect("(", expecting: "(")
    var labels: [String] = []
    if take(")") { return labels }
    repeat { labels.append(try expectIdentifier(expecting: "IDENTIFIER or )")) } while take(",")
    try expect(")", expecting: ") or ,")
    return labels
  }

  private mutating func grouping() throws(LogQLError) -> Grouping? {
    guard token.isWord("by") || token.isWord("without") else { return nil }
    return Grouping(isWithout: advance().text == "without", labels: try labelList())
  }

  private mutating func rangeAggregation(_ function: RangeAggregation.Function) throws(LogQLError) -> RangeAggregation {
    let start = advance()
    try expect("(", expecting: "(")
    var parameter: Double?
    if case .number(let value) = token.kind {
      _ = advance()
      parameter = value
      try expect(",")
    }
    let isBracketed = take("(")
    let selector = try selector()
    var stages = try stages()
    if isBracketed { try expect(")") }
    guard case .range(let range) = token.kind else { throw unexpected() }
    _ = advance()
    var offset: Int64 = 0
    if takeWord("offset") {
      let isNegative = take("-")
      guard case .duration(let value) = token.kind else { throw unexpected(expecting: "DURATION") }
      _ = advance()
      offset = isNegative ? -value : value
    }
    // The window may stand before the stages, too.
    stages += try self.stages()
    try expect(")")
    let grouping = try grouping()

    let unwraps = stages.contains { if case .unwrap = $0.kind { true } else { false } }
    let name = function.rawValue
    if function == .quantileOverTime, parameter == nil {
      throw LogQLError("parameter required for operation \(name)")
    }
    if function != .quantileOverTime, let parameter {
      throw LogQLError("parameter \(parameter) not supported for operation \(name)")
    }
    if grouping != nil, [.rate, .countOverTime, .bytesOverTime, .bytesRate].contains(function) {
      throw LogQLError("grouping not allowed for \(name) aggregation")
    }
    if function.needsUnwrap, !unwraps { throw LogQLError("invalid aggregation \(name) without unwrap") }
    if unwraps, [.countOverTime, .bytesOverTime, .bytesRate].contains(function) {
      throw LogQLError("invalid aggregation \(name) with unwrap")
    }
    if selector.isEmptyCompatible, !allowsEverything { throw LogQLError(Selector.emptyCompatibleText) }
    return RangeAggregation(
      function: function, parameter: parameter, query: LogQuery(selector: selector, stages: stages), range: range,
      offset: offset, grouping: grouping, position: position(start))
  }

  private mutating func vectorAggregation(_ function: VectorAggregation.Function) throws(LogQLError)
    -> VectorAggregation
  {
    let start = advance()
    let name = function.rawValue
    var grouping = try grouping()
    try expect("(", expecting: "(")
    var parameter: Int?
    if case .number(let value) = token.kind, peek(1).isSymbol(",") {
      let text = advance().text
      _ = advance()
      guard function.needsParameter else {
        throw LogQLError("unsupported parameter for operation \(name)(\(text),")
      }
      guard let whole = Int(exactly: value) else { throw LogQLError("invalid parameter \(name)(\(text),") }
      guard whole > 0 else {
        throw LogQLError("invalid parameter (must be greater than 0) \(name)(\(text)")
      }
      parameter = whole
    }
    let operand = try metricOperand()
    try expect(")")
    if grouping == nil { grouping = try self.grouping() }
    if function.needsParameter, parameter == nil {
      throw LogQLError("parameter required for operation \(name)")
    }
    return VectorAggregation(
      function: function, parameter: parameter, grouping: grouping, operand: operand, position: position(start))
  }

  private mutating func labelReplacement() throws(LogQLError) -> LabelReplacement {
    let start = advance()
    try expect("(", expecting: "(")
    let operand = try metricOperand()
    var texts: [String] = []
    for _ in 0..<4 {
      try expect(",")
      texts.append(try expectString())
    }
    try expect(")")
    do {
      _ = try Regex(logQL: "^(?:\(texts[3]))$")
    } catch {
      throw LogQLError("invalid regex in label_replace: \(error.message)")
    }
    return LabelReplacement(
      operand: operand, destination: texts[0], replacement: texts[1], source: texts[2], expression: texts[3],
      position: position(start))
  }
}
