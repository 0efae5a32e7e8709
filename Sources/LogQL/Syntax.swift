/// A query: it asks for lines or for numbers.
public enum Query: Sendable {
  case logs(LogQuery)
  case metric(MetricExpression)
}

/// A stream selector and the stages lines go through.
public struct LogQuery: Sendable {
  public var selector: Selector
  public var stages: [Stage]
}

/// What a matcher asks of a label's value; the raw value is LogQL's operator.
public enum MatchOperator: String, Sendable {
  case equal = "="
  case notEqual = "!="
  case matches = "=~"
  case notMatches = "!~"
}

/// `|=`, `!=`, `|~`, `!~`, `|>` and `!>`.
public enum LineFilterOperator: String, Sendable {
  case contains = "|="
  case notContains = "!="
  case matches = "|~"
  case notMatches = "!~"
  case pattern = "|>"
  case notPattern = "!>"
}

/// One line filter with its `or` alternatives.
public struct LineFilter: Sendable {
  public struct Operand: Sendable {
    public var text: String
    /// `ip("…")`: the text is an address, a prefix or a range of addresses.
    public var isAddress: Bool
  }

  public var kind: LineFilterOperator
  /// At least one.
  public var operands: [Operand]
}

/// A stage with its place in the query.
public struct Stage: Sendable {
  public enum Kind: Sendable {
    case lineFilter(LineFilter)
    /// Without assignments all members become labels.
    case json([FieldExpression])
    case logfmt([FieldExpression], strict: Bool, keepEmpty: Bool)
    case pattern(String)
    case regexp(String)
    case unpack
    case lineFormat(String)
    case labelFormat([LabelFormat])
    case labelFilter(LabelFilter)
    case drop([LabelChoice])
    case keep([LabelChoice])
    case decolorize
    case unwrap(label: String, conversion: String?)
  }

  public var kind: Kind
  public var position: SourcePosition

  /// The word a user knows the stage by.
  public var name: String {
    switch kind {
    case .lineFilter(let filter): filter.kind.rawValue
    case .json: "| json"
    case .logfmt: "| logfmt"
    case .pattern: "| pattern"
    case .regexp: "| regexp"
    case .unpack: "| unpack"
    case .lineFormat: "| line_format"
    case .labelFormat: "| label_format"
    case .labelFilter: "| label filter"
    case .drop: "| drop"
    case .keep: "| keep"
    case .decolorize: "| decolorize"
    case .unwrap: "| unwrap"
    }
  }
}

/// `label="expression"` of json and logfmt.
public struct FieldExpression: Sendable {
  public var label: String
  public var expression: String
}

/// `label=other` or `label="template"`.
public struct LabelFormat: Sendable {
  public enum Value: Sendable {
    case label(String)
    case template(String)
  }
  public var label: String
  public var value: Value
}

/// One name of drop or keep, with a matcher where there is one.
public struct LabelChoice: Sendable {
  public var label: String
  public var matcher: Matcher?
}

/// What `| level="error" and status >= 500` says.
public indirect enum LabelFilter: Sendable {
  public enum Comparison: String, Sendable {
    case equal = "="
    case doubleEqual = "=="
    case notEqual = "!="
    case greater = ">"
    case greaterOrEqual = ">="
    case less = "<"
    case lessOrEqual = "<="
  }
  public enum Quantity: Sendable {
    case number(Double)
    /// Nanoseconds.
    case duration(Int64)
    case bytes(UInt64)
  }

  case text(Matcher)
  case quantity(label: String, Comparison, Quantity)
  case address(label: String, isEqual: Bool, String)
  case and(LabelFilter, LabelFilter)
  case or(LabelFilter, LabelFilter)
}
