import Glibc
import GoCompat

// Floating point numbers. Sums and products are worked out in decimals, so that 1.1 and 0.2 are 1.3.
extension Function {
  static let floats: [Function] = [
    Function("addf", rest: .any) { try fold($0, from: Decimal(0)) { a, b in a.plus(b) } },
    Function("add1f", [.any]) { try fold($0, from: Decimal(1)) { a, b in a.plus(b) } },
    Function("subf", [.any], rest: .any) { try fold($0) { a, b in a.plus(b.negated) } },
    Function("mulf", [.any], rest: .any) { try fold($0) { a, b in a.times(b) } },
    Function("divf", [.any], rest: .any) { call in
      try fold(call) { a, b in
        guard let quotient = a.divided(by: b) else { throw TemplateError("decimal division by 0") }
        return quotient
      }
    },
    Function("maxf", [.any], rest: .any) { .float($0.arguments.map(Numbers.double).reduce(-.infinity, fmax)) },
    Function("minf", [.any], rest: .any) { .float($0.arguments.map(Numbers.double).reduce(.infinity, fmin)) },
    Function("floor", [.any]) { .float(Numbers.double($0[0]).rounded(.down)) },
    Function("ceil", [.any]) { .float(Numbers.double($0[0]).rounded(.up)) },
    Function("round", [.any, .int], rest: .float) { call in
      let limit = call.count > 2 ? call.float(2) : 0.5
      let scale = pow(10, Double(call.int(1)))
      let scaled = scale * Numbers.double(call[0])
      let isUp = scaled - scaled.rounded(.towardZero) >= limit
      return .float((isUp ? scaled.rounded(.up) : scaled.rounded(.down)) / scale)
    },
  ]

  private static func fold(
    _ call: Call, from start: Decimal? = nil, _ operation: (Decimal, Decimal) throws -> Decimal
  ) throws -> Value {
    let numbers = call.arguments.map(Numbers.double)
    guard numbers.allSatisfy(\.isFinite) else { throw TemplateError("cannot calculate with NaN or infinity") }
    var decimals = numbers.map { Decimal($0) }[...]
    guard var result = start ?? decimals.popFirst() else { return .float(0) }
    for decimal in decimals {
      try call.budget.spend(steps: 1 + result.size / 8)
      result = try operation(result, decimal)
    }
    return .float(result.double)
  }
}
