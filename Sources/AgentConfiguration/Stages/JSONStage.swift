public import JMESPath

/// Values of a JSON object.
public struct JSONStage: Sendable {
  public struct Extraction: Sendable {
    /// Of the extracted value.
    public var name: String
    public var expression: Expression
  }

  public var expressions: [Extraction] = []
  /// An extracted value instead of the line.
  public var source: String?
  public var dropMalformed = false

  init?(_ options: inout StageOptions) {
    source = options.nonEmptyString("source")
    dropMalformed = options.bool("drop_malformed") ?? false
    for item in options.sourcedNames("expressions") ?? [] {
      do {
        expressions.append(Extraction(name: item.name, expression: try Expression(item.source)))
      } catch {
        options.refuse("the expression of \"\(item.name)\", \(item.source), is no JMESPath: \(error)", "expressions")
      }
    }
    if expressions.isEmpty, options.hasNoErrors { options.refuse("stage \"json\" needs expressions") }
  }
}
