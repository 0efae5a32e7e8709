import Bytes
import GoCompat

/// Values as text, the way `%v` prints them.
enum Printing {
  static func text(_ value: Value, _ budget: Budget) throws -> [UInt8] {
    if case .string(let text) = value { return text }
    var out = ByteBuffer(capacity: 32)
    try append(value, budget, to: &out)
    try budget.spend(bytes: out.count)
    return Array(out.bytes)
  }

  static func append(_ value: Value, _ budget: Budget, to out: inout ByteBuffer, depth: Int = 0) throws {
    switch value {
    case .missing, .null, .root: out.append("<nil>" as StaticString)
    case .bool(let value): out.append(value ? "true" : "false" as StaticString)
    case .int(let value, .month): out.append(ZonedTime.monthName(Int(value)))
    case .int(let value, .weekday): out.append(ZonedTime.weekdayName(Int(value)))
    case .int(let value, .uint64): out.append(String(UInt64(bitPattern: value)))
    case .int(let value, _): GoNumber.appendInteger(value, to: &out)
    case .float(let value): GoNumber.appendGeneral(value, to: &out)
    case .string(let text): out.append(text)
    case .time(let time): time.appendText(to: &out)
    case .duration(let duration): out.append(duration.description)
    case .version(let version): out.append(version.description)
    case .list, .dict:
      try appendStructure(value, budget, to: &out, depth: depth) { value, out in
        try append(value, budget, to: &out, depth: depth + 1)
      }
    }
  }

  /// `[a b]`, `map[a:1 b:2]`
  static func appendStructure(
    _ value: Value, _ budget: Budget, to out: inout ByteBuffer, depth: Int,
    element: (Value, inout ByteBuffer) throws -> Void
  ) throws {
    guard depth < Budget.depth else { throw TemplateError("values are nested too deeply to be printed") }
    switch value {
    case .list(let list):
      out.append(UInt8(ascii: "["))
      for (index, value) in list.values.enumerated() {
        try check(out.count, budget)
        if index > 0 { out.append(UInt8(ascii: " ")) }
        try element(value, &out)
      }
      out.append(UInt8(ascii: "]"))
    case .dict(let dict):
      out.append("map[" as StaticString)
      for (index, key) in dict.sortedKeys.enumerated() {
        try check(out.count, budget)
        if index > 0 { out.append(UInt8(ascii: " ")) }
        try element(.string(key), &out)
        out.append(UInt8(ascii: ":"))
        try element(dict.entries[key] ?? .null, &out)
      }
      out.append(UInt8(ascii: "]"))
    default: try element(value, &out)
    }
  }

  static func check(_ count: Int, _ budget: Budget) throws {
    try budget.spend()
    if count > Budget.outputBytes { throw TemplateError("the template writes too much") }
  }

  /// In Go, as `%T` prints it.
  static func typeName(_ value: Value) -> String {
    switch value {
    case .missing, .null: "<nil>"
    case .bool: "bool"
    case .int(_, let type): type.name
    case .float: "float64"
    case .string: "string"
    case .list(let list):
      switch list.elements {
      case .any: "[]interface {}"
      case .strings: "[]string"
      case .ints: "[]int"
      case .lists: "[][]interface {}"
      }
    case .dict(let dict): dict.isOfText ? "map[string]string" : "map[string]interface {}"
    case .root: "map[string]interface {}"
    case .time: "time.Time"
    case .duration: "time.Duration"
    case .version: "*semver.Version"
    }
  }

  /// Go's reflect.Kind.
  static func kindName(_ value: Value) -> String {
    switch value {
    case .missing, .null: "invalid"
    case .bool: "bool"
    case .int(_, let type): type == .month || type == .weekday ? "int" : type.name
    case .float: "float64"
    case .string: "string"
    case .list: "slice"
    case .dict, .root: "map"
    case .time: "struct"
    case .duration: "int64"
    case .version: "ptr"
    }
  }

  /// `print`: blanks between operands when neither is text; `println`: always, and a line end.
  static func joined(_ values: [Value], isLine: Bool, _ budget: Budget) throws -> [UInt8] {
    var out = ByteBuffer(capacity: 64)
    var isAfterText = true
    for (index, value) in values.enumerated() {
      var isText = false
      if case .string = value { isText = true }
      if index > 0, isLine || !isText && !isAfterText { out.append(UInt8(ascii: " ")) }
      try append(value, budget, to: &out)
      try check(out.count, budget)
      isAfterText = isText
    }
    if isLine { out.append(UInt8(ascii: "\n")) }
    try budget.spend(bytes: out.count)
    return Array(out.bytes)
  }
}
