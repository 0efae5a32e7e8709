import Bytes
import GoCompat

/// `printf`: Go's fmt.Sprintf, mistakes included (`%!d(string=x)`).
struct Printf {
  private let format: [UInt8]
  private let arguments: [Value]
  private let budget: Budget
  private var out = Printf.buffer()
  private var place = 0
  private var argument = 0
  /// `%[2]s` was used; then left-over arguments are no mistake.
  private var isReordered = false
  private var isIndexGood = true
  private var style = FormatStyle()

  /// As in Go: larger widths are a mistake.
  private static let widest = 1_000_000

  static func text(_ format: [UInt8], _ arguments: [Value], _ budget: Budget) throws -> [UInt8] {
    var printf = Printf(format: format, arguments: arguments, budget: budget)
    try printf.run()
    try budget.spend(bytes: printf.out.text.count)
    return printf.out.text
  }

  private static func buffer() -> FormatOutput { FormatOutput() }

  private init(format: [UInt8], arguments: [Value], budget: Budget) {
    self.format = format
    self.arguments = arguments
    self.budget = budget
  }

  private mutating func run() throws {
    while place < format.count {
      let start = place
      while place < format.count, format[place] != UInt8(ascii: "%") { place += 1 }
      out.text += format[start..<place]
      if place >= format.count { break }
      place += 1
      try Printing.check(out.text.count, budget)
      try directive()
    }
    guard !isReordered, argument < arguments.count else { return }
    style = FormatStyle()
    out.add("%!(EXTRA ")
    for (index, value) in arguments[argument...].enumerated() {
      if index > 0 { out.add(", ") }
      if value.isNil {
        out.add("<nil>")
      } else {
        out.add(Printing.typeName(value) + "=")
        try out.append(value, verb: "v", FormatStyle(), budget)
      }
    }
    out.add(")")
  }

  private mutating func directive() throws {
    style = FormatStyle()
    isIndexGood = true
    flags: while place < format.count {
      switch format[place] {
      case UInt8(ascii: "#"): style.isSharp = true
      case UInt8(ascii: "0"): style.isZero = true
      case UInt8(ascii: "+"): style.isPlus = true
      case UInt8(ascii: "-"): style.isLeft = true
      case UInt8(ascii: " "): style.isSpaced = true
      default: break flags
      }
      place += 1
    }
    var afterIndex = readIndex()
    if place < format.count, format[place] == UInt8(ascii: "*") {
      place += 1
      if let width = starArgument() {
        style.width = abs(width)
        if width < 0 { style.isLeft = true }
      } else {
        out.add("%!(BADWIDTH)")
      }
      afterIndex = false
    } else {
      style.width = readNumber()
      if afterIndex, style.width != nil { isIndexGood = false }
    }
    if place < format.count, format[place] == UInt8(ascii: ".") {
      place += 1
      if afterIndex { isIndexGood = false }
      afterIndex = readIndex()
      if place < format.count, format[place] == UInt8(ascii: "*") {
        place += 1
        if let precision = starArgument() {
          style.precision = precision < 0 ? nil : precision
        } else {
          out.add("%!(BADPREC)")
        }
        afterIndex = false
      } else {
        style.precision = readNumber() ?? 0
      }
    }
    if !afterIndex { _ = readIndex() }
    guard place < format.count else {
      out.add("%!(NOVERB)")
      return
    }
    var characters = Characters(Array(format[place...].prefix(4)))
    guard let item = characters.next() else { return }
    place += item.range.count
    let verb = item.scalar
    if verb == "%" {
      out.add("%")
    } else if !isIndexGood {
      out.add("%!\(verb)(BADINDEX)")
    } else if argument >= arguments.count {
      out.add("%!\(verb)(MISSING)")
    } else {
      argument += 1
      try out.append(arguments[argument - 1], verb: verb, style, budget)
    }
  }

  /// nil without digits, and for numbers that are too large.
  private mutating func readNumber() -> Int? {
    var value: Int?
    while place < format.count, format[place] &- 48 <= 9 {
      if let known = value, known > Self.widest { return nil }
      value = (value ?? 0) * 10 + Int(format[place] - 48)
      place += 1
    }
    return value
  }

  private mutating func starArgument() -> Int? {
    guard argument < arguments.count else { return nil }
    argument += 1
    guard case .int(let value, _) = arguments[argument - 1], value.magnitude <= Self.widest else { return nil }
    return Int(value)
  }

  /// `[2]`; whether there was one.
  private mutating func readIndex() -> Bool {
    guard place < format.count, format[place] == UInt8(ascii: "[") else { return false }
    isReordered = true
    guard let end = format[place...].firstIndex(of: UInt8(ascii: "]")) else {
      isIndexGood = false
      place += 1
      return false
    }
    let number = Integers.parse(Array(format[place + 1..<end]), base: 10)
    place = end + 1
    guard let number, number >= 1, number <= Int64(arguments.count) else {
      isIndexGood = false
      return true
    }
    argument = Int(number) - 1
    return true
  }
}

/// Flags, width and precision of a directive.
struct FormatStyle {
  var isSharp = false
  var isZero = false
  var isPlus = false
  var isLeft = false
  var isSpaced = false
  /// In characters.
  var width: Int?
  var precision: Int?
}
