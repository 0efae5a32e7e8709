import GoCompat

// Promtail's own functions (its documentation, template stage).
extension Function {
  static let promtail: [Function] = [
    Function("ToLower", [.string]) { try $0.text(LetterCase.lower($0.bytes(0))) },
    Function("ToUpper", [.string]) { try $0.text(LetterCase.upper($0.bytes(0))) },
    Function("Replace", [.string, .string, .string, .int]) { call in
      .string(try Texts.replacing(call.bytes(0), call.bytes(1), by: call.bytes(2), limit: call.int(3), call.budget))
    },
    Function("Trim", [.string, .string]) { try $0.text(Texts.trimmed($0.bytes(0), of: $0.bytes(1), .both)) },
    Function("TrimLeft", [.string, .string]) { try $0.text(Texts.trimmed($0.bytes(0), of: $0.bytes(1), .left)) },
    Function("TrimRight", [.string, .string]) { try $0.text(Texts.trimmed($0.bytes(0), of: $0.bytes(1), .right)) },
    Function("TrimPrefix", [.string, .string]) { try $0.text(Texts.without(prefix: $0.bytes(1), $0.bytes(0))) },
    Function("TrimSuffix", [.string, .string]) { try $0.text(Texts.without(suffix: $0.bytes(1), $0.bytes(0))) },
    Function("TrimSpace", [.string]) { try $0.text(Texts.trimmedOfSpace($0.bytes(0))) },
    Function("Hash", [.string, .string]) { try $0.text(Hex.text(SHA3.hash256($0.bytes(0) + $0.bytes(1)))) },
    Function("Sha2Hash", [.string, .string]) { try $0.text(Hex.text(SHA256.hash($0.bytes(0) + $0.bytes(1)))) },
  ]
}
