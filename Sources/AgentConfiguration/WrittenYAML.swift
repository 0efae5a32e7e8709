internal import YAMLSource

extension YAMLValue {
  /// Keys under which something secret stands, in sections that are shown as they were written.
  private static let secretKeys: Set<String> = [
    "api_token", "bearer_token", "client_secret", "connection_string", "credentials", "password", "secret_key",
    "service_account_json", "token",
  ]

  /// The node as it would be written again.
  init(_ node: YAMLNode, hidingSecrets hides: Bool = false) {
    switch node.content {
    case .list(let items): self = .list(items.map { YAMLValue($0, hidingSecrets: hides) })
    case .mapping(let entries):
      self = .mapping(
        entries.map { entry in
          let isSecret = hides && Self.secretKeys.contains(entry.key.text) && !entry.value.isNull
          return Member(entry.key.text, isSecret ? .plain("<secret>") : YAMLValue(entry.value, hidingSecrets: hides))
        })
    case .scalar(let scalar):
      switch scalar.kind {
      case .string: self = .string(scalar.text)
      case .null: self = .null
      default: self = .plain(scalar.text)
      }
    }
  }
}
