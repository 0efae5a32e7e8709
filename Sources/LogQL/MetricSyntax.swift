/// What yields numbers over time.
public indirect enum MetricExpression: Sendable {
  case range(RangeAggregation)
  case aggregation(VectorAggregation)
  case binary(BinaryOperation)
  case labelReplace(LabelReplacement)
  /// `vector(1)`
  case vector(Double)
  case scalar(Double)
}

/// `rate({…} [5m] offset 1h) by (label)`
public struct RangeAggregation: Sendable {
  public enum Function: String, Sendable, CaseIterable {
    case countOverTime = "count_over_time"
    case rate
    case bytesOverTime = "bytes_over_time"
    case bytesRate = "bytes_rate"
    case rateCounter = "rate_counter"
    case sumOverTime = "sum_over_time"
    case avgOverTime = "avg_over_time"
    case maxOverTime = "max_over_time"
    case minOverTime = "min_over_time"
    case firstOverTime = "first_over_time"
    case lastOverTime = "last_over_time"
    case stdvarOverTime = "stdvar_over_time"
    case stddevOverTime = "stddev_over_time"
    case quantileOverTime = "quantile_over_time"
    case absentOverTime = "absent_over_time"

    var needsUnwrap: Bool {
      switch self {
      case .countOverTime, .rate, .bytesOverTime, .bytesRate, .absentOverTime: false
      default: true
      }
    }
  }

  public var function: Function
  /// The first argument of quantile_over_time.
  public var parameter: Double?
  public var query: LogQuery
  /// Nanoseconds.
  public var range: Int64
  /// Nanoseconds that the window is moved into the past.
  public var offset: Int64
  public var grouping: Grouping?
  public var position: SourcePosition
}

/// `by (a, b)` or `without (a, b)`
public struct Grouping: Sendable, Hashable {
  public var isWithout: Bool
  public var labels: [String]
}

/// `sum by (job) (…)`, `topk(3, …)`
public struct VectorAggregation: Sendable {
  public enum Function: String, Sendable, CaseIterable {
    case sum, min, max, avg, count, topk, bottomk, stddev, stdvar, sort
    case sortDescending = "sort_desc"
    case approximateTopk = "approx_topk"

    var needsParameter: Bool { self == .topk || self == .bottomk || self == .approximateTopk }
  }

  public var function: Function
  public var parameter: Int?
  public var grouping: Grouping?
  public var operand: MetricExpression
  public var position: SourcePosition
}

/// `a / on (job) group_left b`
public struct BinaryOperation: Sendable {
  public enum Operator: String, Sendable {
    case or, and, unless
    case equal = "=="
    case notEqual = "!="
    case greater = ">"
    case greaterOrEqual = ">="
    case less = "<"
    case lessOrEqual = "<="
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case modulo = "%"
    case power = "^"

    var precedence: Int {
      switch self {
      case .or: 1
      case .and, .unless: 2
      case .equal, .notEqual, .greater, .greaterOrEqual, .less, .lessOrEqual: 3
      case .add, .subtract: 4
      case .multiply, .divide, .modulo: 5
      case .power: 6
      }
    }
    var isSet: Bool { self == .or || self == .and || self == .unless }
    var isComparison: Bool { precedence == 3 }
  }
  public enum Cardinality: Sendable, Hashable {
    case oneToOne
    /// `group_left`: several on the left; these labels come from the right.
    case manyToOne([String])
    /// `group_right`
    case oneToMany([String])
  }

  public var `operator`: Operator
  public var left: MetricExpression
  public var right: MetricExpression
  /// A comparison answers 0 or 1 instead of filtering.
  public var returnsBool: Bool
  /// `on (…)` as by, `ignoring (…)` as without.
  public var matching: Grouping?
  public var cardinality: Cardinality
  public var position: SourcePosition
}

/// `label_replace(v, "dst", "$1", "src", "regex")`
public struct LabelReplacement: Sendable {
  public var operand: MetricExpression
  public var destination: String
  public var replacement: String
  public var source: String
  public var expression: String
  public var position: SourcePosition
}
