import GoCompat

// Functions of Go's text/template itself.
extension Function {
  static let core: [Function] = [
    Function("print", rest: .any) { .string(try Printing.joined($0.arguments, isLine: false, $0.budget)) },
    Function("println", rest: .any) { .string(try Printing.joined($0.arguments, isLine: true, $0.budget)) },
    Function("printf", [.string], rest: .any) { call in
      .string(try Printf.text(call.bytes(0), Array(call.arguments.dropFirst()), call.budget))
    },
    Function("len", [.any]) { call in
      switch call[0] {
      case .string(let text): return .int(text.count)
      case .list(let list): return .int(list.values.count)
      case .dict(let dict): return .int(dict.entries.count)
      default: throw TemplateError("len of type \(Printing.typeName(call[0]))")
      }
    },
    Function("index", [.any], rest: .any) { call in
      var value = call[0]
      if value.isNil { throw TemplateError("index of untyped nil") }
      for key in call.arguments.dropFirst() { value = try element(value, key) }
      return value
    },
    // No value of a template is a function.
    Function("call", [.any], rest: .any) { throw TemplateError("non-function of type \(Printing.typeName($0[0]))") },
  ]

  private static func element(_ value: Value, _ key: Value) throws -> Value {
    switch value {
    case .dict(let dict):
      guard case .string(let name) = key else {
        throw TemplateError("value has type \(Printing.typeName(key)); should be string")
      }
      return dict.entries[name] ?? .missing
    case .list(let list): return list.values[try place(key, list.values.count)]
    case .string(let text): return .int(Int64(text[try place(key, text.count)]), .uint8)
    case .missing, .null: throw TemplateError("index of nil pointer")
    default: throw TemplateError("can't index item of type \(Printing.typeName(value))")
    }
  }

  private static func place(_ key: Value, _ count: Int) throws -> Int {
    guard case .int(let index, _) = key else {
      throw TemplateError("cannot index slice/array with type \(Printing.typeName(key))")
    }
    guard index >= 0, index < count else { throw TemplateError("index out of range: \(index)") }
    return Int(index)
  }
}

// `html`, `js` and `urlquery`.
extension Function {
  static let escaping: [Function] = [
    Function("html", rest: .any) { call in
      var out: [UInt8] = []
      for byte in try plain(call) {
        switch byte {
        case UInt8(ascii: "<"): out += "&lt;".utf8
        case UInt8(ascii: ">"): out += "&gt;".utf8
        case UInt8(ascii: "&"): out += "&amp;".utf8
        case UInt8(ascii: "'"): out += "&#39;".utf8
        case UInt8(ascii: "\""): out += "&#34;".utf8
        case 0: out += "\u{FFFD}".utf8
        default: out.append(byte)
        }
      }
      return try call.text(out)
    },
    Function("js", rest: .any) { call in
      var out: [UInt8] = []
      let text = try plain(call)
      for item in Characters(text) {
        switch item.scalar {
        case "\\": out += "\\\\".utf8
        case "'": out += "\\'".utf8
        case "\"": out += "\\\"".utf8
        case "<", ">", "&", "=": out += "\\u00\(hex(item.scalar.value))".utf8
        case _ where item.scalar.value < 0x20: out += "\\u00\(hex(item.scalar.value))".utf8
        case _ where item.scalar.value < 0x80 || item.isStray || Quoting.isPrintable(item.scalar):
          out += text[item.range]
        default:
          let word = String(item.scalar.value, radix: 16, uppercase: true)
          out += "\\u\(String(repeating: "0", count: max(0, 4 - word.count)))\(word)".utf8
        }
      }
      return try call.text(out)
    },
    Function("urlquery", rest: .any) { try $0.text(URLText.escaped(try plain($0), .query)) },
  ]

  private static func hex(_ value: UInt32) -> String {
    (value < 16 ? "0" : "") + String(value, radix: 16, uppercase: true)
  }

  /// The arguments as one text, printed as in a template.
  private static func plain(_ call: Call) throws -> [UInt8] {
    let values = call.arguments.map { $0.isNil ? Value.text("<no value>") : $0 }
    return try Printing.joined(values, isLine: false, call.budget)
  }
}
