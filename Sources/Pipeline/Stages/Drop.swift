import GoCompat
import LogModel

/// `drop`: takes away the entries that fulfil all its criteria.
struct CompiledDrop: ~Copyable, Sendable {
  /// Extracted values; empty: the line.
  var sources: [Int]
  var separator: [UInt8]
  /// What the joined sources have to be.
  var value: [UInt8]?
  /// Searched in the joined sources, or in the line.
  var expression: Regex?
  /// Nanoseconds.
  var olderThan: Int64?
  /// Bytes.
  var longerThan: Int?
  /// Place among the pipeline's reasons.
  var reason: Int
}

extension LineContext {
  mutating func run(_ stage: borrowing CompiledDrop) {
    if let limit = stage.longerThan, Int(line.count) <= limit { return }
    if let age = stage.olderThan, !isOlder(than: age) { return }
    if !stage.sources.isEmpty {
      if !fulfils(stage) { return }
    } else if let expression = stage.expression, !expression.matches(bytes(line)) {
      return
    }
    drop(stage.reason)
  }

  private func isOlder(than age: Int64) -> Bool {
    let (limit, overflow) = lineReadTime.subtractingReportingOverflow(age)
    return !overflow && time < Timestamp(nanosecondsSince1970: limit)
  }

  private mutating func fulfils(_ stage: borrowing CompiledDrop) -> Bool {
    // Sources that are missing vanish together with their separator.
    var joined: Slice?
    var found = 0
    for source in stage.sources {
      guard let value = text(slots[source]) else { continue }
      found += 1
      if let before = joined {
        joined = concatenate(before, stage.separator, value)
      } else {
        joined = value
      }
    }
    let input = bytes(joined ?? Slice(.chunk, 0, 0))
    if let value = stage.value {
      return found > 0 && value.withUnsafeBufferPointer { $0.elementsEqual(input) }
    }
    if let expression = stage.expression { return expression.matches(input) }
    return found == stage.sources.count
  }
}
