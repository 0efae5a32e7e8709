import Bytes
import GoCompat
import LogModel

/// `drop`: takes away the entries that fulfil all its criteria.
struct CompiledDrop: ~Copyable, Sendable {
  enum Test: ~Copyable, Sendable {
    /// All sources are there.
    case presence
    /// What the joined sources have to be.
    case value(Slice)
    /// Searched in the joined sources, or in the line.
    case expression(Regex)
  }
  /// Extracted values; empty: the line.
  var sources: InPlace<Int>
  var separator: Slice
  var test: Test
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
    } else {
      switch stage.test {
      case .expression(let expression): if !expression.matches(bytes(line)) { return }
      default: break
      }
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
    for index in stage.sources.indices {
      guard let value = text(slots[stage.sources[index]]) else { continue }
      found += 1
      if let before = joined {
        joined = concatenate(before, stage.separator, value)
      } else {
        joined = value
      }
    }
    let input = bytes(joined ?? Slice(.chunk, 0, 0))
    switch stage.test {
    case .presence: return found == stage.sources.count
    case .value(let value): return found > 0 && bytes(value).elementsEqual(input)
    case .expression(let expression): return expression.matches(input)
    }
  }
}
