import GoCompat

/// A function that templates may call.
final class Function: Sendable {
  /// Go's type of a parameter. A value of another type is refused when the function is called.
  enum Parameter: Sendable {
    case any, string, int, int64, float, bool, dict, time
  }
  let name: String
  let parameters: [Parameter]
  /// Of all arguments after `parameters`; nil: there are none.
  let rest: Parameter?
  let body: @Sendable (Call) throws -> Value

  init(
    _ name: String, _ parameters: [Parameter] = [], rest: Parameter? = nil,
    _ body: @escaping @Sendable (Call) throws -> Value
  ) {
    self.name = name
    self.parameters = parameters
    self.rest = rest
    self.body = body
  }

  /// A new object for each who asks: of one for all templates, all threads would count the references.
  static func named(_ name: String) -> Function? {
    all[name].map { Function($0.name, $0.parameters.map { $0 }, rest: $0.rest, $0.body) }
  }

  /// The same function under further names.
  func alias(_ names: String...) -> [Function] {
    [self] + names.map { Function($0, parameters, rest: rest, body) }
  }

  static let all: [String: Function] = {
    let groups = [
      core, escaping, comparing, promtail, strings, stringLists, letters, integers, floats, lists, dicts, dates,
      defaults, conversions, encodings, hashes, expressions, paths, urls, json, versions, random, environment,
    ]
    var all: [String: Function] = [:]
    // Later groups take precedence, as sprig's `slice` does over Go's.
    for function in groups.joined() { all[function.name] = function }
    return all
  }()

  /// Functions of sprig that are left out: they make keys and certificates or ask the network, line by line.
  static let leftOut: Set<String> = [
    "getHostByName", "bcrypt", "htpasswd", "genPrivateKey", "derivePassword", "buildCustomCert", "genCA",
    "genCAWithKey",
    "genSelfSignedCert", "genSelfSignedCertWithKey", "genSignedCert", "genSignedCertWithKey", "encryptAES",
    "decryptAES",
  ]
}

/// The arguments of a call, checked against the function's parameters.
struct Call {
  var arguments: [Value]
  let budget: Budget

  var count: Int { arguments.count }
  subscript(index: Int) -> Value { arguments[index] }

  func bytes(_ index: Int) -> [UInt8] {
    if case .string(let text) = arguments[index] { text } else { [] }
  }

  func string(_ index: Int) -> String { String(decoding: bytes(index), as: UTF8.self) }

  func int(_ index: Int) -> Int {
    if case .int(let value, _) = arguments[index] { Int(value) } else { 0 }
  }

  func float(_ index: Int) -> Double {
    if case .float(let value) = arguments[index] { value } else { 0 }
  }

  func bool(_ index: Int) -> Bool {
    if case .bool(let value) = arguments[index] { value } else { false }
  }

  func time(_ index: Int) -> ZonedTime {
    if case .time(let time) = arguments[index] { time } else { .zero }
  }

  func dict(_ index: Int) throws -> Dict {
    if case .dict(let dict) = arguments[index] { return dict }
    throw TemplateError("expected a dictionary")
  }

  /// The text that a function made, counted.
  func text(_ bytes: [UInt8]) throws -> Value {
    try budget.spend(bytes: bytes.count)
    return .string(bytes)
  }

  func text(_ text: String) throws -> Value { try self.text(Array(text.utf8)) }

  /// The value printed as `%v` does it.
  func printed(_ index: Int) throws -> [UInt8] { try Printing.text(arguments[index], budget) }
}
