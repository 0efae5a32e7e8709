internal import GoCompat
internal import LogModel

/// A type that a flag may have.
protocol FlagValue: Sendable {
  static var flagType: String { get }
  /// What a wrong value is told.
  static var flagExpectation: String { get }
  init?(flag text: String)
  var flagText: String { get }
}

extension String: FlagValue {
  static var flagType: String { "string" }
  static var flagExpectation: String { "text" }
  init?(flag text: String) { self = text }
  var flagText: String { self }
}

extension Bool: FlagValue {
  static var flagType: String { "bool" }
  static var flagExpectation: String { "true or false" }
  init?(flag text: String) {
    switch text {
    case "1", "t", "T", "true", "TRUE", "True": self = true
    case "0", "f", "F", "false", "FALSE", "False": self = false
    default: return nil
    }
  }
  var flagText: String { self ? "true" : "false" }
}

extension Int: FlagValue {
  static var flagType: String { "int" }
  static var flagExpectation: String { "a whole number" }
  init?(flag text: String) {
    self.init(text)
  }
  var flagText: String { String(self) }
}

extension Double: FlagValue {
  static var flagType: String { "float" }
  static var flagExpectation: String { "a number" }
  init?(flag text: String) {
    self.init(text)
  }
  var flagText: String { GoNumber.general(self) }
}

extension GoDuration: FlagValue {
  static var flagType: String { "duration" }
  static var flagExpectation: String { "a duration such as 10s or 5m" }
  init?(flag text: String) {
    guard let duration = GoDuration.parse(text) else { return nil }
    self = duration
  }
  var flagText: String { description }
}

extension ByteSize: FlagValue {
  static var flagType: String { "value" }
  static var flagExpectation: String { "a size such as 4096 or 256KB" }
  init?(flag text: String) {
    guard let size = ByteSize.parse(text) else { return nil }
    self = size
  }
  var flagText: String { bytes == 0 ? "" : description }
}

extension LogLevel: FlagValue {
  static var flagType: String { "value" }
  static var flagExpectation: String { allCases.map(\.rawValue).joined(separator: ", ") }
  init?(flag text: String) { self.init(rawValue: text) }
  var flagText: String { rawValue }
}

extension LogFormat: FlagValue {
  static var flagType: String { "string" }
  static var flagExpectation: String { allCases.map(\.rawValue).joined(separator: " or ") }
  init?(flag text: String) { self = LogFormat(rawValue: text) ?? .logfmt }
  var flagText: String { rawValue }
}

extension EndpointURL: FlagValue {
  static var flagType: String { "value" }
  static var flagExpectation: String { "a URL such as http://HOST:3100/loki/api/v1/push" }
  init?(flag text: String) {
    guard let url = try? EndpointURL(text) else { return nil }
    self = url
  }
  var flagText: String { text }
}

extension LabelSet: FlagValue {
  static var flagType: String { "value" }
  static var flagExpectation: String { "labels as a=b,c=d" }
  init?(flag text: String) {
    var labels: [Label] = []
    for pair in text.split(separator: ",") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty else { return nil }
      labels.append(Label(String(parts[0]), String(parts[1])))
    }
    self.init(labels)
  }
  var flagText: String { labels.map { "\($0.name)=\($0.value)" }.joined(separator: ",") }
}
