internal import YAMLSource

/// A flag: its name, how its value reads, what it means, and where it goes. Help, completion and reference pages come from
/// `all`.
public struct FlagDeclaration: Sendable {
  public let name: String
  /// `bool`, `int`, `duration` …, as the help shows it.
  public let type: String
  /// As the help shows it; empty for none.
  public let defaultValue: String
  public let help: String
  /// What a wrong value is told.
  let expectation: String
  /// What the value does; `nil` when it is wrong.
  let parse: @Sendable (String) -> (@Sendable (inout AgentFlags.FlagTarget) -> Void)?

  public var isTruthValue: Bool { type == "bool" }

  /// A setting of the configuration.
  init<Value: FlagValue>(_ name: String, _ place: Place<AgentConfiguration, Value>, _ help: String) {
    let value = AgentConfiguration()[keyPath: place]
    self.init(name, Value.self, default: value, help) { value in { $0.configuration[keyPath: place] = value } }
  }

  /// A setting of the start itself.
  init<Value: FlagValue>(flag name: String, _ place: Place<AgentFlags, Value>, _ help: String) {
    let value = AgentFlags()[keyPath: place]
    self.init(name, Value.self, default: value, help) { value in { $0.flags[keyPath: place] = value } }
  }

  /// A flag that does more than set one value.
  init<Value: FlagValue>(
    _ name: String, _: Value.Type, default value: Value, _ help: String,
    change: @escaping @Sendable (Value) -> @Sendable (inout AgentFlags.FlagTarget) -> Void
  ) {
    self.name = name
    type = Value.flagType
    defaultValue = value.flagText
    expectation = Value.flagExpectation
    self.help = help
    parse = { text in Value(flag: text).map { change($0) } }
  }

  public static func named(_ name: String) -> FlagDeclaration? { byName[name] }

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

  /// By name.
  public static let all: [FlagDeclaration] = (start + client + server + grpc + serverLog + rest)
    .sorted { $0.name < $1.name }

  /// All flags with their defaults, in the form of Go's flag package.
  public static func helpText(program: String) -> String {
    var out = "Usage of \(program):\n"
    for flag in all {
      let type = flag.isTruthValue ? "" : " \(flag.type)"
      let value = flag.type == "string" ? "\"\(flag.defaultValue)\"" : flag.defaultValue
      let isZero = ["", "false", "0", "0s"].contains(flag.defaultValue)
      out += "  -\(flag.name)\(type)\n    \t\(flag.help)\(isZero ? "" : " (default \(value))")\n"
    }
    return out
  }
}
