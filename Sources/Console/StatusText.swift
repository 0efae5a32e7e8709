/// The status as `/api/status` gives it.
enum StatusText {
  static func json(_ status: ConsoleStatus) -> [UInt8] {
    var members: [String] = []
    if let files = status.files { members.append("\"files\":\(files)") }
    if let rate = status.linesPerSecond { members.append("\"linesPerSecond\":\(finite(rate))") }
    if let lag = status.lagSeconds { members.append("\"lagSeconds\":\(finite(lag))") }
    if let lag = status.lagBytes { members.append("\"lagBytes\":\(lag)") }
    if let bytes = status.storeBytes { members.append("\"storeBytes\":\(bytes)") }
    members.append("\"problems\":[" + status.problems.map(quoted).joined(separator: ",") + "]")
    if let version = status.version { members.append("\"version\":\(quoted(version))") }
    return Array(("{" + members.joined(separator: ",") + "}").utf8)
  }

  /// JSON has no word for what is no number.
  private static func finite(_ value: Double) -> String { value.isFinite ? "\(value)" : "null" }

  private static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case _ where scalar.value < 0x20: out += " "
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}
