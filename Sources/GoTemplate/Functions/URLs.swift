import GoCompat

extension Function {
  static let urls: [Function] = [
    Function("urlParse", [.string]) { call in
      let url = try URLText(call.bytes(0))
      let dict = try call.budget.dict()
      dict["scheme"] = .string(url.scheme)
      dict["host"] = .string(url.host)
      dict["hostname"] = .string(url.hostname)
      dict["path"] = .string(url.path)
      dict["query"] = .string(url.query)
      dict["opaque"] = .string(url.opaque)
      dict["fragment"] = .string(url.fragment)
      dict["userinfo"] = .string(url.user.map(\.text) ?? [])
      return .dict(dict)
    },
    Function("urlJoin", [.dict]) { call in
      let dict = try call.dict(0)
      func part(_ name: StaticString) throws -> [UInt8] {
        switch dict[name] {
        case .missing, .null: return []
        case .string(let text): return text
        default: throw TemplateError("urlJoin: \(name) must be text")
        }
      }
      var url = URLText()
      url.scheme = try part("scheme")
      url.host = try part("host")
      url.path = try part("path")
      url.query = try part("query")
      url.opaque = try part("opaque")
      url.fragment = try part("fragment")
      let user = try part("userinfo")
      if !user.isEmpty { url.user = try URLText(Array("proto://".utf8) + user + Array("@host".utf8)).user }
      return try call.text(url.text)
    },
  ]
}
