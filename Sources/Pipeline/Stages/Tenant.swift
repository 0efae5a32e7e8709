import GoCompat

/// `tenant`: sets the label that chooses the tenant of an entry.
struct CompiledTenant: ~Copyable, Sendable {
  enum Origin: Sendable {
    /// One of the pipeline's constants.
    case value(Slice)
    case source(Int)
    case label(LabelReference)
  }
  var origin: Origin
  /// The number of `__tenant_id__`.
  var tenant: Int
}

extension LineContext {
  mutating func run(_ stage: borrowing CompiledTenant) {
    let found: Slice?
    switch stage.origin {
    case .value(let value): found = value
    case .source(let slot): found = text(slots[slot])
    case .label(let reference): found = label(reference)
    }
    // Without a value the entry goes where it would have gone.
    guard let found, !found.isEmpty, UTF8Text.isValid(bytes(found)) else { return }
    setLabel(stage.tenant, .text(found))
  }
}
