import GoCompat

extension Function {
  static let json: [Function] = [
    Function("fromJson", [.string]) { (try? JSONText.parse($0.bytes(0), $0.budget)) ?? .null },
    Function("mustFromJson", [.string]) { try JSONText.parse($0.bytes(0), $0.budget) },
    Function("toJson", [.any]) { .string((try? JSONText.text($0[0], .compact, $0.budget)) ?? []) },
    Function("mustToJson", [.any]) { .string(try JSONText.text($0[0], .compact, $0.budget)) },
    Function("toPrettyJson", [.any]) { .string((try? JSONText.text($0[0], .pretty, $0.budget)) ?? []) },
    Function("mustToPrettyJson", [.any]) { .string(try JSONText.text($0[0], .pretty, $0.budget)) },
    Function("toRawJson", [.any]) { .string(try JSONText.text($0[0], .raw, $0.budget)) },
    Function("mustToRawJson", [.any]) { .string(try JSONText.text($0[0], .raw, $0.budget)) },
  ]
}
