/// Chooses the tenant of an entry.
public enum TenantStage: Hashable, Sendable {
  /// From an extracted value.
  case source(String)
  case label(String)
  case value(String)

  init?(_ options: inout StageOptions) {
    let given: [(key: String, tenant: TenantStage)] = [
      options.string("source").map { ("source", .source($0)) }, options.string("label").map { ("label", .label($0)) },
      options.string("value").map { ("value", .value($0)) },
    ].compactMap { $0 }
    guard given.count == 1 else {
      if given.isEmpty {
        options.refuse("stage \"tenant\" needs a source, a label or a value")
      } else {
        options.refuse("\(given[0].key) and \(given[1].key) exclude each other", given[1].key)
      }
      return nil
    }
    self = given[0].tenant
  }
}
