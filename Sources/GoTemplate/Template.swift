public import Bytes

/// The values of a line that a template can ask for.
public protocol TemplateData {
  /// Appends the value that `Template.names[number]` stands for; false when there is none.
  func append(_ number: Int, to out: inout ByteBuffer) -> Bool
  /// All names that have a value, for templates that look at the whole.
  func allNames() -> [String]
  /// As `append(_:to:)`, for any name of `allNames`.
  func append(named name: String, to out: inout ByteBuffer) -> Bool
}

/// A template in the language of Go's text/template with the functions of Promtail and sprig, parsed and checked.
///
/// Immutable, for any number of threads. An evaluation is bounded in time, memory and depth.
public final class Template: Sendable {
  public let text: String
  /// Names of values that the template asks for; their places in this list are what `TemplateData` is asked with.
  public let names: [String]
  private let nodes: [Node]
  private let templates: [[UInt8]: [Node]]
  private let quick: [QuickPart]?

  /// Parts of templates that need no evaluator.
  private enum QuickPart: Sendable {
    case text([UInt8])
    case value(Int)
    case upper(Int)
    case lower(Int)
  }

  /// - Throws: what is wrong, with its place in the template.
  public init(_ text: String) throws(TemplateError) {
    self.text = text
    do {
      var parser = try Parser(text)
      nodes = try parser.parse()
      names = parser.names
      templates = parser.templates
      quick = Self.quick(nodes)
    } catch let error as TemplateError {
      throw error
    } catch {
      throw TemplateError("\(error)")
    }
  }

  /// The same, parsed anew: threads that share one wait for one another's reference counts.
  public func copy() -> Template { (try? Template(text)) ?? self }

  private static func quick(_ nodes: [Node]) -> [QuickPart]? {
    var parts: [QuickPart] = []
    for node in nodes {
      switch node {
      case .text(let text): parts.append(.text(text))
      case .action(let pipeline):
        guard pipeline.variables.isEmpty, let first = pipeline.commands.first?.operands else { return nil }
        var operands = first
        if pipeline.commands.count == 2, first.count == 1, pipeline.commands[1].operands.count == 1 {
          operands = pipeline.commands[1].operands + first
        } else if pipeline.commands.count != 1 {
          return nil
        }
        switch (operands.count, operands.first, operands.last) {
        case (1, .field(let fields)?, _) where fields.count == 1: parts.append(.value(fields[0].number))
        case (2, .function(let function, _)?, .field(let fields)?) where fields.count == 1:
          switch function.name {
          case "ToUpper", "upper": parts.append(.upper(fields[0].number))
          case "ToLower", "lower": parts.append(.lower(fields[0].number))
          default: return nil
          }
        default: return nil
        }
      default: return nil
      }
    }
    return parts
  }

  /// The most bytes that one evaluation may write.
  public static let outputLimit = Budget.outputBytes

  /// Runs the template; what it wrote is in `workspace.output` until the next time.
  /// - Parameter continuesLine: this evaluation shares the last one's limits, being about the same line.
  public func evaluate(_ data: some TemplateData, in workspace: TemplateWorkspace, continuesLine: Bool = false)
    throws(TemplateError)
  {
    workspace.output.removeAll()
    if let quick { return try evaluate(quick, data, workspace) }
    workspace.budget.begin(continuesLine: continuesLine)
    defer { workspace.budget.end() }
    var evaluator = Evaluator(data: data, templates: templates, workspace: workspace)
    do {
      try evaluator.run(nodes)
    } catch {
      guard let offset = evaluator.failedAt, error.line == 0 else { throw error }
      throw TemplateError(error.message, at: offset, in: Array(text.utf8))
    }
  }

  private func evaluate(_ parts: [QuickPart], _ data: some TemplateData, _ workspace: TemplateWorkspace)
    throws(TemplateError)
  {
    for part in parts {
      switch part {
      case .text(let text): workspace.output.append(text)
      case .value(let number):
        if !data.append(number, to: &workspace.output) { workspace.output.append("<no value>" as StaticString) }
      case .upper(let number): try mapCase(number, data, workspace, isUpper: true)
      case .lower(let number): try mapCase(number, data, workspace, isUpper: false)
      }
    }
  }

  private func mapCase(
    _ number: Int, _ data: some TemplateData, _ workspace: TemplateWorkspace, isUpper: Bool
  ) throws(TemplateError) {
    let start = workspace.output.count
    guard data.append(number, to: &workspace.output) else {
      throw TemplateError("invalid value; expected string: .\(names[number]) is missing")
    }
    var isASCII = true
    for place in start..<workspace.output.count {
      let byte = workspace.output.base[place]
      if byte >= 0x80 {
        isASCII = false
        break
      }
      let isOther = isUpper ? byte &- 97 <= 25 : byte &- 65 <= 25
      if isOther { workspace.output.base[place] = byte ^ 0x20 }
    }
    if isASCII { return }
    let text = Array(workspace.output.bytes[start...])
    workspace.output.truncate(to: start)
    workspace.output.append(isUpper ? LetterCase.upper(text) : LetterCase.lower(text))
  }
}
