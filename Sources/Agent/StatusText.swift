import Glibc

/// What is shown of a running `swiftail up`.
public struct Progress: Sendable {
  public var files = 0
  public var entries: UInt64 = 0
  /// Read so far.
  public var bytes: UInt64 = 0
  /// Written to the files and not read yet: bytes.
  public var lag: UInt64 = 0
  /// Of the store on disk: bytes.
  public var storeSize: UInt64 = 0
}

/// The live line on a terminal: files, lines a second, MB a second, lag, store size.
public struct StatusText {
  private var last: (progress: Progress, at: ContinuousClock.Instant)?

  /// The line for the time since the last call.
  public init() {}

  public mutating func text(_ progress: Progress, at now: ContinuousClock.Instant = .now) -> String {
    var lines = 0.0
    var bytes = 0.0
    if let last {
      let passed = last.at.duration(to: now)
      let seconds = max(0.001, Double(passed.components.seconds) + Double(passed.components.attoseconds) / 1e18)
      lines = Double(progress.entries &- last.progress.entries) / seconds
      bytes = Double(progress.bytes &- last.progress.bytes) / seconds
    }
    last = (progress, now)
    return "\(progress.files) files   \(Self.short(lines)) lines/s   \(Self.size(UInt64(bytes)))/s   "
      + "lag \(Self.size(progress.lag))   store \(Self.size(progress.storeSize))"
  }

  static func short(_ value: Double) -> String {
    if value >= 1_000_000 { return tenths(value / 1_000_000) + "M" }
    if value >= 10_000 { return "\(Int(value / 1000))k" }
    return String(Int(value.rounded()))
  }

  /// In units of 1000, as disks are sold.
  static func size(_ bytes: UInt64) -> String {
    var value = Double(bytes)
    for unit in ["B", "kB", "MB", "GB"] {
      if value < 1000 { return (unit == "B" ? String(Int(value)) : tenths(value)) + " " + unit }
      value /= 1000
    }
    return tenths(value) + " TB"
  }

  private static func tenths(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
