import GoCompat
import LogModel

/// A line filter made ready: says whether a line stays.
public struct LinePredicate: Sendable {
  private enum Test: Sendable {
    case contains(ByteSearch)
    case matches(Regex)
    case always
  }

  private let tests: [Test]
  /// The filter drops what its tests find.
  private let isNegated: Bool

  /// - Throws: `LogQLError` for broken regular expressions, worded as Loki does.
  init(_ filter: LineFilter) throws(LogQLError) {
    var tests: [Test] = []
    for operand in filter.operands {
      let text = "stage '\(filter.kind.rawValue) \(GoQuote.quote(operand.text))' : "
      switch filter.kind {
      case _ where operand.isAddress: tests.append(.always)
      case .contains, .notContains:
        tests.append(operand.text.isEmpty ? .always : .contains(ByteSearch(Array(operand.text.utf8))))
      case .matches, .notMatches:
        do {
          tests.append(operand.text.isEmpty ? .always : .matches(try Regex(logQL: operand.text)))
        } catch {
          throw LogQLError(text + error.message)
        }
      case .pattern, .notPattern: tests.append(.always)
      }
    }
    self.tests = tests
    isNegated = [.notContains, .notMatches, .notPattern].contains(filter.kind)
  }

  /// Whether the line passes.
  public func keeps(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    for test in tests where LinePredicate.holds(test, line) { return !isNegated }
    return isNegated
  }

  private static func holds(_ test: Test, _ line: UnsafeBufferPointer<UInt8>) -> Bool {
    switch test {
    case .always: return true
    case .contains(let search): return search.isFound(in: line)
    case .matches(let expression): return expression.matches(line)
    }
  }

  /// Whether some line within `text` (lines back to back) could pass: one search over a whole segment.
  func mayKeepSome(in text: UnsafeBufferPointer<UInt8>) -> Bool {
    if isNegated { return true }
    return tests.contains { test in
      if case .contains(let search) = test { search.isFound(in: text) } else { true }
    }
  }
}

/// The line filters of a query, made ready to run over many lines.
public struct LinePipeline: Sendable {
  private let predicates: [LinePredicate]

  /// - Throws: `LogQLError` naming the first stage that this store does not evaluate, and its place.
  public init(_ query: LogQuery) throws(LogQLError) {
    var predicates: [LinePredicate] = []
    for stage in query.stages {
      guard case .lineFilter(let filter) = stage.kind else {
        throw LogQLError(
          "stage \(GoQuote.quote(stage.name)): this store evaluates line filters (|= != |~ !~) only",
          at: stage.position, isUnsupported: true)
      }
      if filter.operands.contains(where: \.isAddress) {
        throw LogQLError("line filter ip(…)", at: stage.position, isUnsupported: true)
      }
      if filter.kind == .pattern || filter.kind == .notPattern {
        throw LogQLError("line filter \(filter.kind.rawValue)", at: stage.position, isUnsupported: true)
      }
      predicates.append(try LinePredicate(filter))
    }
    self.predicates = predicates
  }

  /// Lets every line pass.
  public init() { predicates = [] }

  public var isEmpty: Bool { predicates.isEmpty }

  public func keeps(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
    for predicate in predicates where !predicate.keeps(line) { return false }
    return true
  }

  /// Whether some line within `text` (lines back to back) could pass; a quick look at a whole segment.
  public func mayKeepSome(in text: UnsafeBufferPointer<UInt8>) -> Bool {
    predicates.allSatisfy { $0.mayKeepSome(in: text) }
  }
}
