public import Bytes
import GoCompat

/// Where a worker's templates write, and the expressions they used lately. Not for several threads.
public final class TemplateWorkspace {
  /// What the last evaluation wrote.
  public internal(set) var output = ByteBuffer(capacity: 256)
  var scratch = ByteBuffer(capacity: 256)
  private(set) lazy var budget = Budget(self)
  private var expressions: [[UInt8]: Regex] = [:]
  private var layouts: [[UInt8]: TimeLayout] = [:]
  /// Expressions and layouts may come from lines; only so many are kept.
  private static let limit = 64

  public init() {}

  func regex(_ pattern: [UInt8]) throws -> Regex {
    if let known = expressions[pattern] { return known }
    do {
      let regex = try Regex(String(decoding: pattern, as: UTF8.self))
      if expressions.count >= Self.limit { expressions.removeAll() }
      expressions[pattern] = regex
      return regex
    } catch {
      throw TemplateError("\(error)")
    }
  }

  func layout(_ text: [UInt8]) -> TimeLayout {
    if let known = layouts[text] { return known }
    let layout = TimeLayout(String(decoding: text, as: UTF8.self))
    if layouts.count >= Self.limit { layouts.removeAll() }
    layouts[text] = layout
    return layout
  }
}
