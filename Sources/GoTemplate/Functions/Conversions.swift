import GoCompat

/// Values as numbers, the lenient way of sprig: what is none counts as zero.
enum Numbers {
  static func int64(_ value: Value) -> Int64 {
    switch value {
    case .int(let value, _): value
    case .float(let value): saturated(value)
    case .bool(let value): value ? 1 : 0
    case .duration(let duration): duration.nanoseconds
    case .string(let text): Integers.parse(withoutZeroFraction(text), base: 0) ?? 0
    default: 0
    }
  }

  static func double(_ value: Value) -> Double {
    switch value {
    case .int(let value, .uint64): Double(UInt64(bitPattern: value))
    case .int(let value, _): Double(value)
    case .float(let value): value
    case .bool(let value): value ? 1 : 0
    case .string(let text): text.withUnsafeBufferPointer { GoNumber.parseFloat($0) } ?? 0
    default: 0
    }
  }

  private static func saturated(_ value: Double) -> Int64 {
    // What does not fit becomes the smallest number, as on the machines Go mostly runs on.
    Int64(exactly: value.rounded(.towardZero)) ?? .min
  }

  /// `4.00` is a whole number.
  private static func withoutZeroFraction(_ text: [UInt8]) -> [UInt8] {
    guard let dot = text.firstIndex(of: UInt8(ascii: ".")), dot + 1 < text.count,
      text[(dot + 1)...].allSatisfy({ $0 == 48 })
    else { return text }
    return Array(text[..<dot])
  }
}

extension Function {
  static let conversions: [Function] = [
    Function("int", [.any]) { .int(Numbers.int64($0[0]), .int) },
    Function("int64", [.any]) { .int(Numbers.int64($0[0]), .int64) },
    Function("float64", [.any]) { .float(Numbers.double($0[0])) },
    Function("atoi", [.string]) { .int(Integers.parse($0.bytes(0), base: 10) ?? 0, .int) },
    // Reads octal digits, whatever its name says.
    Function("toDecimal", [.any]) { .int(Integers.parse(try $0.printed(0), base: 8) ?? 0, .int64) },
    Function("toString", [.any]) { .string(try $0.printed(0)) },
    Function("typeOf", [.any]) { .text(Printing.typeName($0[0])) },
    Function("typeIs", [.string, .any]) { .bool($0.string(0) == Printing.typeName($0[1])) },
    Function("typeIsLike", [.string, .any]) { call in
      let name = Printing.typeName(call[1])
      return .bool(call.string(0) == name || "*" + call.string(0) == name)
    },
    Function("kindOf", [.any]) { .text(Printing.kindName($0[0])) },
    Function("kindIs", [.string, .any]) { .bool($0.string(0) == Printing.kindName($0[1])) },
  ]

  static let defaults: [Function] = [
    Function("default", [.any], rest: .any) { call in
      call.count < 2 || isEmpty(call[1]) ? call[0] : call[1]
    },
    Function("empty", [.any]) { .bool(isEmpty($0[0])) },
    Function("coalesce", rest: .any) { $0.arguments.first { !isEmpty($0) } ?? .null },
    Function("all", rest: .any) { .bool($0.arguments.allSatisfy { !isEmpty($0) }) },
    Function("any", rest: .any) { .bool($0.arguments.contains { !isEmpty($0) }) },
    Function("ternary", [.any, .any, .bool]) { $0.bool(2) ? $0[0] : $0[1] },
    Function("fail", [.string]) { throw TemplateError($0.string(0)) },
  ]

  static func isEmpty(_ value: Value) -> Bool {
    switch value {
    case .time: false
    default: !Truth.of(value)
    }
  }
}
