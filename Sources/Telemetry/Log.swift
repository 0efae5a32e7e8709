import Glibc
import Synchronization

/// How much a line of the agent's own log matters.
public enum LogLevel: String, Sendable, Comparable, CaseIterable {
  case debug, info, warn, error

  public static func < (a: LogLevel, b: LogLevel) -> Bool { a.rank < b.rank }
  private var rank: Int {
    switch self {
    case .debug: 0
    case .info: 1
    case .warn: 2
    case .error: 3
    }
  }
}

/// The agent's own log: one line per event on standard error, logfmt or JSON, as Promtail writes it.
public final class Log: Sendable {
  public enum Format: String, Sendable { case logfmt, json }

  private struct Settings {
    var level: LogLevel = .info
    var format: Format = .logfmt
  }
  private let settings = Mutex(Settings())
  private let written: MetricFamily<Counter>?
  private let sink: @Sendable (String) -> Void

  /// - Parameter sink: takes whole lines with their line end; standard error by default.
  public init(registry: MetricRegistry? = nil, sink: (@Sendable (String) -> Void)? = nil) {
    written = registry?.counter("loki_log_messages_total", "Lines of the agent's own log.", labels: ["level"])
    self.sink =
      sink ?? { line in
        var line = line
        line.withUTF8 { _ = write(2, $0.baseAddress, $0.count) }
      }
  }

  public func configure(level: LogLevel, format: Format) {
    settings.withLock { $0 = Settings(level: level, format: format) }
  }

  public func debug(_ message: String, _ fields: (String, any CustomStringConvertible)...) {
    emit(.debug, message, fields)
  }
  public func info(_ message: String, _ fields: (String, any CustomStringConvertible)...) {
    emit(.info, message, fields)
  }
  public func warn(_ message: String, _ fields: (String, any CustomStringConvertible)...) {
    emit(.warn, message, fields)
  }
  public func error(_ message: String, _ fields: (String, any CustomStringConvertible)...) {
    emit(.error, message, fields)
  }

  private func emit(_ level: LogLevel, _ message: String, _ fields: [(String, any CustomStringConvertible)]) {
    written?.with(level.rawValue).add()
    let settings = settings.withLock { $0 }
    guard level >= settings.level else { return }
    var pairs: [(String, String)] = [("ts", Self.now()), ("level", level.rawValue), ("msg", message)]
    for (name, value) in fields { pairs.append((name, value.description)) }
    switch settings.format {
    case .logfmt: sink(pairs.map { "\($0.0)=\(Self.logfmt($0.1))" }.joined(separator: " ") + "\n")
    case .json:
      sink("{" + pairs.map { "\(JSONQuote.quote($0.0)):\(JSONQuote.quote($0.1))" }.joined(separator: ",") + "}\n")
    }
  }

  private static func logfmt(_ value: String) -> String {
    let bare = !value.isEmpty && value.utf8.allSatisfy { $0 > 32 && $0 != 34 && $0 != 61 && $0 != 92 && $0 != 127 }
    return bare ? value : JSONQuote.quote(value)
  }

  /// RFC 3339 in UTC with nanoseconds.
  private static func now() -> String {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    var parts = tm()
    gmtime_r(&time.tv_sec, &parts)
    func pad(_ value: some BinaryInteger, _ width: Int) -> String {
      let text = String(value)
      return String(repeating: "0", count: max(0, width - text.count)) + text
    }
    return "\(parts.tm_year + 1900)-\(pad(parts.tm_mon + 1, 2))-\(pad(parts.tm_mday, 2))T\(pad(parts.tm_hour, 2)):"
      + "\(pad(parts.tm_min, 2)):\(pad(parts.tm_sec, 2)).\(pad(time.tv_nsec, 9))Z"
  }
}
