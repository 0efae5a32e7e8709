import Bytes
import GoCompat

extension Function {
  static let dates: [Function] =
    [
      Function("now") { _ in .time(.now()) },
      Function("date", [.string, .any]) { try formatted($0, $0.bytes(0), $0[1], .system) },
      Function("htmlDate", [.any]) { try formatted($0, htmlLayout, $0[0], .system) },
      Function("htmlDateInZone", [.any, .string]) { try formatted($0, htmlLayout, $0[0], zone($0.string(1))) },
      Function("toDate", [.string, .string]) { .time(parsed($0) ?? .zero) },
      Function("mustToDate", [.string, .string]) { call in
        guard let time = parsed(call) else {
          throw TemplateError("parsing time \"\(call.string(1))\" as \"\(call.string(0))\": it does not fit")
        }
        return .time(time)
      },
      Function("unixEpoch", [.time]) { .text(String($0.time(0).seconds)) },
      Function("duration", [.any]) { call in
        var seconds: Int64 = 0
        switch call[0] {
        case .int(let value, .int64): seconds = value
        case .string(let text): seconds = Integers.parse(text, base: 10) ?? 0
        default: break
        }
        return .text(GoDuration(nanoseconds: seconds &* 1_000_000_000).description)
      },
      Function("durationRound", [.any]) { .text(rounded($0[0])) },
      Function("ago", [.any]) { call in
        let since: GoDuration
        switch call[0] {
        case .time(let time): since = ZonedTime.now().since(time)
        case .int(let value, .int64), .int(let value, .int): since = ZonedTime.now().since(ZonedTime(seconds: value))
        default: since = .zero
        }
        return .text(wholeSeconds(since).description)
      },
    ]
    + Function("dateInZone", [.string, .any, .string]) { try formatted($0, $0.bytes(0), $0[1], zone($0.string(2))) }
    .alias("date_in_zone")
    + Function("dateModify", [.string, .time]) { call in
      .time(GoDuration.parse(call.string(0)).map { call.time(1).adding($0) } ?? call.time(1))
    }.alias("date_modify")
    + Function("mustDateModify", [.string, .time]) { call in
      guard let duration = GoDuration.parse(call.string(0)) else {
        throw TemplateError("invalid duration \"\(call.string(0))\"")
      }
      return .time(call.time(1).adding(duration))
    }.alias("must_date_modify")

  private static let htmlLayout = Array("2006-01-02".utf8)

  private static func zone(_ name: String) -> TimeZoneRules { TimeZoneRules.named(name) ?? .utc }

  private static func formatted(_ call: Call, _ layout: [UInt8], _ value: Value, _ zone: TimeZoneRules) throws -> Value
  {
    var time: ZonedTime
    switch value {
    case .time(let known): time = known
    case .int(let seconds, .int64), .int(let seconds, .int): time = ZonedTime(seconds: seconds)
    default: time = .now()
    }
    time.zone = zone
    return try call.text(time.text(call.budget.workspace.layout(layout)))
  }

  private static func parsed(_ call: Call) -> ZonedTime? {
    let layout = call.budget.workspace.layout(call.bytes(0))
    let time = call.bytes(1).withUnsafeBufferPointer { layout.parse($0, in: .system, names: .system) }
    return time.map { ZonedTime(seconds: $0.seconds, nanoseconds: $0.nanoseconds, zone: .of($0)) }
  }

  /// Half a second away from zero rounds up.
  private static func wholeSeconds(_ duration: GoDuration) -> GoDuration {
    let half: Int64 = duration.nanoseconds < 0 ? -500_000_000 : 500_000_000
    let (sum, overflow) = duration.nanoseconds.addingReportingOverflow(half)
    return overflow ? duration : GoDuration(nanoseconds: sum / 1_000_000_000 * 1_000_000_000)
  }

  /// The largest unit alone: `3mo`, `1d`.
  private static func rounded(_ value: Value) -> String {
    let duration: GoDuration
    switch value {
    case .string(let text): duration = GoDuration.parse(text.string) ?? .zero
    case .int(let value, .int64): duration = GoDuration(nanoseconds: value)
    case .duration(let value): duration = value
    case .time(let time): duration = ZonedTime.now().since(time)
    default: duration = .zero
    }
    let sign = duration.nanoseconds < 0 ? "-" : ""
    let size = duration.nanoseconds.magnitude
    let second: UInt64 = 1_000_000_000
    let units = [
      (second * 31_536_000, "y"), (second * 2_592_000, "mo"), (second * 86_400, "d"), (second * 3600, "h"),
      (second * 60, "m"), (second, "s"),
    ]
    for (unit, name) in units where size > unit { return "\(sign)\(size / unit)\(name)" }
    return "0s"
  }
}

extension ZonedTime {
  func text(_ layout: TimeLayout) -> [UInt8] {
    var out = ByteBuffer(capacity: 40)
    layout.append(self, to: &out)
    return Array(out.bytes)
  }
}

extension TimeZoneRules {
  /// The zone a time was written in: the system's if it has that offset then, else one of that offset alone.
  static func of(_ time: ParsedTime) -> TimeZoneRules {
    let system = TimeZoneRules.system
    if system.offset(at: time.seconds) == Int(time.offset) { return system }
    return time.offset == 0 ? .utc : .fixed(offset: Int(time.offset))
  }
}
