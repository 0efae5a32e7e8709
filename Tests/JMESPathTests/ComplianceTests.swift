import Bytes
import Testing

@testable import JMESPath

struct ComplianceTests {
  private enum Outcome: Equatable {
    case value(String)
    case syntax
    case error
  }

  private static func outcome(_ expression: String, _ document: JSONDocument) -> Outcome {
    guard let parsed = try? Expression(expression) else { return .syntax }
    guard let value = try? parsed.evaluate(on: document) else { return .error }
    var out = ByteBuffer()
    document.appendJSON(value, to: &out)
    return .value(String(decoding: out.bytes, as: UTF8.self))
  }

  /// The facts' values in the form the printer gives.
  private static func canonical(_ json: String) -> String {
    let document = JSONDocument()
    return Array(json.utf8).withUnsafeBufferPointer { text in
      guard document.parse(text) else { return "no JSON: \(json)" }
      var out = ByteBuffer()
      document.appendJSON(.root, to: &out)
      return String(decoding: out.bytes, as: UTF8.self)
    }
  }

  @Test(arguments: [
    Facts.names, Facts.indices, Facts.projections, Facts.structures, Facts.filters, Facts.literals, Facts.functions,
  ])
  func specification(facts: String) throws {
    let document = JSONDocument()
    var given: [UInt8] = []
    for line in facts.split(separator: "\n") {
      if line.hasPrefix("given ") {
        given = Array(line.dropFirst(6).utf8)
        continue
      }
      let parts = line.split(separator: " => ", omittingEmptySubsequences: false)
      let expression = try #require(parts.first.map(String.init))
      let wanted = try #require(parts.last.map(String.init))
      let expected: Outcome =
        wanted == "syntax" ? .syntax : wanted == "error" ? .error : .value(Self.canonical(wanted))
      given.withUnsafeBufferPointer { text in
        #expect(document.parse(text))
        #expect(Self.outcome(expression, document) == expected, "\(expression)")
      }
    }
  }

  @Test func errorsNameThePlace() {
    #expect(throws: JMESPathError("did not expect \".\", expected a name, \"*\", \"[\" or \"{\" after the dot", at: 2))
    {
      try Expression("b..c")
    }
    #expect(throws: JMESPathError.self) { try Expression("") }
    #expect(throws: JMESPathError.self) { try Expression(String(repeating: "(", count: 100_000)) }
    #expect(throws: JMESPathError.self) { try Expression(String(repeating: "a.", count: 100_000) + "a") }
  }

  @Test func plainPathsAreFieldsOnly() throws {
    #expect(try Expression("a.\"b.c\".d").plainPath == ["a", "b.c", "d"])
    #expect(try Expression("a").plainPath == ["a"])
    #expect(try Expression("a[0]").plainPath == nil)
    #expect(try Expression("@").plainPath == nil)
  }
}
