import Bytes
import GoCompat

/// What a template works with.
enum Value {
  /// Nothing: a key that does not exist, or a nil that went through a pipeline.
  case missing
  /// A nil inside of a list or dictionary.
  case null
  case bool(Bool)
  case int(Int64, IntegerType)
  case float(Double)
  case string([UInt8])
  case list(List)
  case dict(Dict)
  case time(ZonedTime)
  case duration(GoDuration)
  case version(Version)
  /// The values of the line, not yet gathered.
  case root

  static func int(_ value: Int) -> Value { .int(Int64(value), .int) }
  static func text(_ text: String) -> Value { .string(Array(text.utf8)) }

  var isNil: Bool {
    switch self {
    case .missing, .null: true
    default: false
    }
  }
}

/// Go's types of integers, as far as functions give them; `month` and `weekday` print as names.
enum IntegerType: Sendable {
  case int, int64, uint8, uint64, month, weekday

  var name: String {
    switch self {
    case .int: "int"
    case .int64: "int64"
    case .uint8: "uint8"
    case .uint64: "uint64"
    case .month: "time.Month"
    case .weekday: "time.Weekday"
    }
  }

  var isUnsigned: Bool { self == .uint8 || self == .uint64 }
}

/// A list, which never changes.
final class List {
  enum Elements { case any, strings, ints, lists }
  let values: [Value]
  let elements: Elements
  /// Lists within lists, this one counted: bounded, so that letting go of a list does not run out of stack.
  let depth: Int

  fileprivate init(_ values: [Value], _ elements: Elements, depth: Int) {
    self.values = values
    self.elements = elements
    self.depth = depth
  }
}

/// A dictionary, which `set` and the like change in place.
///
/// Dictionaries may contain each other in circles; the evaluation that made one empties it at its end.
final class Dict {
  var entries: [[UInt8]: Value] = [:]
  /// Whether its values are text by type (`map[string]string`).
  let isOfText: Bool

  fileprivate init(isOfText: Bool) { self.isOfText = isOfText }

  subscript(name: StaticString) -> Value {
    get { entries[Array(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))] ?? .missing }
    set { entries[Array(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))] = newValue }
  }

  /// In the order of their bytes, which is that of Go.
  var sortedKeys: [[UInt8]] { entries.keys.sorted { $0.lexicographicallyPrecedes($1) } }
}

/// What one evaluation may use up, and the dictionaries it made. No template runs for ever or takes all memory.
final class Budget {
  /// Nodes, iterations, elements.
  static let steps = 2_000_000
  /// Bytes of text made by functions, and of what is written.
  static let bytes = 64 << 20
  static let outputBytes = 16 << 20
  /// Of lists within lists, and of what is walked through recursively.
  static let depth = 64
  /// For each further evaluation of a line: short templates may run for every character.
  private static let stepsAtLeast = 256

  private var steps = Budget.steps
  private var bytes = Budget.bytes
  private var dicts: [Dict] = []

  /// Of the worker that this budget belongs to.
  unowned let workspace: TemplateWorkspace

  init(_ workspace: TemplateWorkspace) { self.workspace = workspace }

  /// - Parameter continuesLine: there is what the evaluation before left over, and a little more.
  func begin(continuesLine: Bool) {
    steps = continuesLine ? min(Self.steps, max(0, steps) + Self.stepsAtLeast) : Self.steps
    bytes = continuesLine ? min(Self.bytes, max(0, bytes) + Self.stepsAtLeast) : Self.bytes
  }

  /// Lets go of the dictionaries, also of those that contain each other.
  func end() {
    if dicts.isEmpty { return }
    for dict in dicts { dict.entries = [:] }
    dicts.removeAll()
  }

  func spend(steps count: Int = 1) throws {
    let (left, overflow) = steps.subtractingReportingOverflow(count)
    guard count >= 0, !overflow, left >= 0 else { throw TemplateError("the template does too much for one line") }
    steps = left
  }

  /// For reading text, so that long ones are not read over and over.
  func spend(toRead count: Int) throws { if count >= 64 { try spend(steps: count / 64) } }

  func spend(bytes count: Int) throws {
    let (left, overflow) = bytes.subtractingReportingOverflow(count)
    guard count >= 0, !overflow, left >= 0 else { throw TemplateError("the template makes too much text for one line") }
    bytes = left
  }

  func list(_ values: [Value], _ elements: List.Elements = .any) throws -> Value {
    try spend(steps: values.count)
    var depth = 1
    for case .list(let inner) in values { depth = max(depth, inner.depth + 1) }
    guard depth <= Self.depth else { throw TemplateError("lists are nested too deeply") }
    return .list(List(values, elements, depth: depth))
  }

  func strings(_ texts: [[UInt8]]) throws -> Value { try list(texts.map(Value.string), .strings) }

  func dict(isOfText: Bool = false) throws -> Dict {
    try spend(steps: 4)
    let dict = Dict(isOfText: isOfText)
    dicts.append(dict)
    return dict
  }
}
