import GoCompat

// Whole numbers: all arguments are taken as int64, and what overflows wraps around, as in Go.
extension Function {
  static let integers: [Function] =
    [
      Function("add", rest: .any) { .int($0.numbers.reduce(0, &+), .int64) },
      Function("add1", [.any]) { .int($0.numbers[0] &+ 1, .int64) },
      Function("sub", [.any, .any]) { .int($0.numbers[0] &- $0.numbers[1], .int64) },
      Function("mul", [.any], rest: .any) { .int($0.numbers.reduce(1, &*), .int64) },
      Function("div", [.any, .any]) { call in
        let (a, b) = (call.numbers[0], call.numbers[1])
        if b == 0 { throw TemplateError("integer divide by zero") }
        return .int(b == -1 ? 0 &- a : a / b, .int64)
      },
      Function("mod", [.any, .any]) { call in
        let (a, b) = (call.numbers[0], call.numbers[1])
        if b == 0 { throw TemplateError("integer divide by zero") }
        return .int(b == -1 ? 0 : a % b, .int64)
      },
      Function("min", [.any], rest: .any) { .int($0.numbers.min() ?? 0, .int64) },
      Function("until", [.int]) { try counted(0, $0.int(0), $0.int(0) < 0 ? -1 : 1, $0.budget) },
      Function("untilStep", [.int, .int, .int]) { try counted($0.int(0), $0.int(1), $0.int(2), $0.budget) },
      Function("seq", rest: .int) { call in
        switch call.count {
        case 1:
          let step = call.int(0) < 1 ? -1 : 1
          return try sequence(1, call.int(0) &+ step, step, call)
        case 2:
          let step = call.int(1) < call.int(0) ? -1 : 1
          return try sequence(call.int(0), call.int(1) &+ step, step, call)
        case 3:
          let isDown = call.int(2) < call.int(0)
          if isDown, call.int(1) > 0 { return .text("") }
          return try sequence(call.int(0), call.int(2) &+ (isDown ? -1 : 1), call.int(1), call)
        default: return .text("")
        }
      },
    ]
    + Function("max", [.any], rest: .any) { .int($0.numbers.max() ?? 0, .int64) }.alias("biggest")

  private static func counted(_ start: Int, _ stop: Int, _ step: Int, _ budget: Budget) throws -> Value {
    var values: [Value] = []
    if stop < start ? step < 0 : step > 0 {
      var number = start
      while step > 0 ? number < stop : number > stop {
        try budget.spend()
        values.append(.int(number))
        let (next, overflow) = number.addingReportingOverflow(step)
        if overflow { break }
        number = next
      }
    }
    return try budget.list(values, .ints)
  }

  private static func sequence(_ start: Int, _ stop: Int, _ step: Int, _ call: Call) throws -> Value {
    guard case .list(let list) = try counted(start, stop, step, call.budget) else { return .text("") }
    let words = list.values.map { Array(String(Numbers.int64($0)).utf8) }
    return .string(try Texts.joined(words, [0x20], call.budget))
  }
}

extension Call {
  fileprivate var numbers: [Int64] { arguments.map(Numbers.int64) }
}
