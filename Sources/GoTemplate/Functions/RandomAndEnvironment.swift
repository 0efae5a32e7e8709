import Glibc
import GoCompat

extension Function {
  static let random: [Function] = [
    Function("uuidv4") { _ in
      var bytes = (0..<16).map { _ in UInt8.random(in: 0...255) }
      bytes[6] = bytes[6] & 0x0F | 0x40
      bytes[8] = bytes[8] & 0x3F | 0x80
      let hex = Hex.text(bytes)
      let dash = [UInt8(ascii: "-")]
      return .string(hex[0..<8] + dash + hex[8..<12] + dash + hex[12..<16] + dash + hex[16..<20] + dash + hex[20...])
    },
    Function("randAlpha", [.int]) { try drawn($0, alphabet + alphabet.map { $0 - 32 }) },
    Function("randNumeric", [.int]) { try drawn($0, digits) },
    Function("randAlphaNum", [.int]) { try drawn($0, alphabet + alphabet.map { $0 - 32 } + digits) },
    Function("randAscii", [.int]) { try drawn($0, Array(0x20...0x7E)) },
    Function("randInt", [.int, .int]) { call in
      guard call.int(0) < call.int(1) else { throw TemplateError("randInt needs a range that is not empty") }
      return .int(Int.random(in: call.int(0)..<call.int(1)))
    },
    Function("randBytes", [.int]) { call in
      guard case .string(let bytes) = try drawn(call, Array(0...255)) else { return .text("") }
      return try call.text(BaseEncoding.base64.encoded(bytes))
    },
    Function("shuffle", [.string]) { call in
      try call.text(Characters(call.bytes(0)).map(\.scalar).shuffled().reduce(into: []) { $0.append($1) })
    },
  ]

  static let environment: [Function] = [
    Function("env", [.string]) { try $0.text(variable($0.string(0))) },
    Function("expandenv", [.string]) { try $0.text(try expanded($0.bytes(0), $0.budget)) },
  ]

  private static let alphabet = Array(UInt8(ascii: "a")...UInt8(ascii: "z"))
  private static let digits = Array(UInt8(ascii: "0")...UInt8(ascii: "9"))

  private static func drawn(_ call: Call, _ characters: [UInt8]) throws -> Value {
    guard call.int(0) >= 0 else { throw TemplateError("a length must not be negative") }
    try call.budget.spend(bytes: call.int(0))
    return .string((0..<call.int(0)).map { _ in characters.randomElement() ?? 0 })
  }

  private static func variable(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }

  /// `$name` and `${name}`, as os.Expand.
  private static func expanded(_ text: [UInt8], _ budget: Budget) throws -> [UInt8] {
    var out: [UInt8] = []
    var rest = text[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "$"), let next = rest.first else {
        out.append(byte)
        continue
      }
      var name: ArraySlice<UInt8>
      if next == UInt8(ascii: "{") {
        guard let end = rest.firstIndex(of: UInt8(ascii: "}")) else {
          rest = rest.dropFirst()
          continue
        }
        name = rest[(rest.startIndex + 1)..<end]
        rest = rest[(end + 1)...]
      } else {
        name = rest.prefix { $0 == UInt8(ascii: "_") || $0 &- 48 <= 9 || ($0 | 0x20) &- 97 <= 25 }
        if "*#$@!?-0123456789".utf8.contains(next) { name = rest.prefix(1) }
        rest = rest.dropFirst(name.count)
        if name.isEmpty {
          out.append(byte)
          continue
        }
      }
      let value = Array(variable(String(decoding: name, as: UTF8.self)).utf8)
      try budget.spend(bytes: value.count)
      out += value
    }
    return out
  }
}
