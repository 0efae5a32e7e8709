/// A JSON value: one that an expression made, or a place in a document.
public indirect enum JSONValue: Sendable {
  case null
  case bool(Bool)
  case number(Double)
  /// Bytes, since a line may hold what is no UTF-8.
  case string([UInt8])
  case array([JSONValue])
  case object([Member])
  /// A structure as it stands in the document; scalars never come this way.
  case node(JSONNode)

  public struct Member: Sendable {
    public var key: [UInt8]
    public var value: JSONValue

    public init(key: [UInt8], value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  public var isNull: Bool { if case .null = self { true } else { false } }

  static func text(_ text: String) -> JSONValue { .string(Array(text.utf8)) }
}
