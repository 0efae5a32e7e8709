import GoCompat

/// Methods of times, durations and versions, as `$t.Year` or `$t.Format "Jan 2"`.
enum Methods {
  /// nil when the value has no method of that name.
  static func call(_ name: String, on value: Value, _ arguments: [Value], _ budget: Budget) throws -> Value? {
    let result: Value?
    switch value {
    case .time(let time): result = try self.time(name, time, arguments, budget)
    case .duration(let duration): result = self.duration(name, duration)
    case .version(let version): result = self.version(name, version, arguments)
    case .int(let number, .month) where name == "String": result = .text(ZonedTime.monthName(Int(number)))
    case .int(let number, .weekday) where name == "String": result = .text(ZonedTime.weekdayName(Int(number)))
    default: result = nil
    }
    let taking = ["Format", "Add", "Sub", "Equal", "Before", "After", "AddDate", "Compare", "LessThan", "GreaterThan"]
    if result != nil, !arguments.isEmpty, !taking.contains(name) {
      throw TemplateError("wrong number of args for \(name): want 0 got \(arguments.count)")
    }
    return result
  }

  private static func time(_ name: String, _ time: ZonedTime, _ arguments: [Value], _ budget: Budget) throws -> Value? {
    switch name {
    case "Year": return .int(time.year)
    case "Month": return .int(Int64(time.month), .month)
    case "Day": return .int(time.day)
    case "Hour": return .int(time.hour)
    case "Minute": return .int(time.minute)
    case "Second": return .int(time.second)
    case "Nanosecond": return .int(Int(time.nanoseconds))
    case "Weekday": return .int(Int64(time.weekday), .weekday)
    case "YearDay": return .int(time.yearDay)
    case "Unix": return .int(time.seconds, .int64)
    case "UnixMilli": return .int(time.seconds &* 1000 &+ Int64(time.nanoseconds / 1_000_000), .int64)
    case "UnixMicro": return .int(time.seconds &* 1_000_000 &+ Int64(time.nanoseconds / 1000), .int64)
    case "UnixNano": return .int(time.seconds &* 1_000_000_000 &+ Int64(time.nanoseconds), .int64)
    case "IsZero": return .bool(time == .zero)
    case "String": return .string(try Printing.text(.time(time), budget))
    case "UTC": return .time(ZonedTime(seconds: time.seconds, nanoseconds: time.nanoseconds, zone: .utc))
    case "Local": return .time(ZonedTime(seconds: time.seconds, nanoseconds: time.nanoseconds, zone: .system))
    case "Format":
      guard arguments.count == 1, case .string(let layout) = arguments[0] else { throw wrong(name, "a layout") }
      return .string(time.text(budget.workspace.layout(layout)))
    case "Add":
      guard arguments.count == 1, case .duration(let duration) = arguments[0] else { throw wrong(name, "a duration") }
      return .time(time.adding(duration))
    case "Sub", "Equal", "Before", "After", "Compare":
      guard arguments.count == 1, case .time(let other) = arguments[0] else { throw wrong(name, "a time") }
      if name == "Sub" { return .duration(time.since(other)) }
      let order = (time.seconds, time.nanoseconds)
      let against = (other.seconds, other.nanoseconds)
      switch name {
      case "Equal": return .bool(order == against)
      case "Before": return .bool(order < against)
      case "After": return .bool(order > against)
      default: return .int(order == against ? 0 : order < against ? -1 : 1)
      }
    case "AddDate":
      guard arguments.count == 3 else { throw wrong(name, "years, months and days") }
      let parts = arguments.map { Int(truncatingIfNeeded: Numbers.int64($0)) }
      guard parts.allSatisfy({ $0.magnitude < 1 << 32 }) else { throw wrong(name, "small numbers") }
      return .time(time.adding(years: parts[0], months: parts[1], days: parts[2]))
    default: return nil
    }
  }

  private static func duration(_ name: String, _ duration: GoDuration) -> Value? {
    switch name {
    case "Nanoseconds": .int(duration.nanoseconds, .int64)
    case "Microseconds": .int(duration.nanoseconds / 1000, .int64)
    case "Milliseconds": .int(duration.nanoseconds / 1_000_000, .int64)
    case "Seconds": .float(duration.seconds)
    case "Minutes": .float(duration.seconds / 60)
    case "Hours": .float(duration.seconds / 3600)
    case "String": .text(duration.description)
    default: nil
    }
  }

  private static func version(_ name: String, _ version: Version, _ arguments: [Value]) -> Value? {
    switch name {
    case "Major": return .int(Int64(bitPattern: version.major), .uint64)
    case "Minor": return .int(Int64(bitPattern: version.minor), .uint64)
    case "Patch": return .int(Int64(bitPattern: version.patch), .uint64)
    case "Prerelease": return .text(version.prerelease)
    case "Metadata": return .text(version.metadata)
    case "Original": return .text(version.original)
    case "String": return .text(version.description)
    case "Compare", "Equal", "LessThan", "GreaterThan":
      guard arguments.count == 1, case .version(let other) = arguments[0] else { return nil }
      let order = version.compared(to: other)
      switch name {
      case "Compare": return .int(order)
      case "Equal": return .bool(order == 0)
      case "LessThan": return .bool(order < 0)
      default: return .bool(order > 0)
      }
    default: return nil
    }
  }

  private static func wrong(_ name: String, _ wanted: String) -> TemplateError {
    TemplateError("\(name) needs \(wanted)")
  }
}
