import Bytes
import JMESPath

/// `json`: fields of a JSON object become extracted values; also what `docker` stands for.
struct JSONStage: Sendable {
  /// Plain paths, filled in one pass over the text.
  var paths: JSONPaths
  /// Slots of plain paths: null where nothing is found.
  var pathSlots: [Int]
  /// Expressions that are more than paths, run on the parsed text.
  var expressions: [Expression]
  /// nil: the line.
  var source: Int?
  var dropsMalformed: Bool

  struct Expression: Sendable {
    var slot: Int
    var expression: JMESPathExpression
  }
}
