/// Where bytes lie while a line is worked on.
enum Source: UInt8 {
  /// In the chunk that was read.
  case chunk
  /// In what stages wrote (`EntryBlock.made`).
  case made
  /// In what outlives the line: the constants of the pipeline, then the values of the target's labels.
  case fixed
}

/// A range of bytes in one of the sources.
struct Slice: Sendable {
  var source: Source
  var start: UInt32
  var count: UInt32

  init(_ source: Source, _ start: Int, _ count: Int) {
    self.source = source
    self.start = UInt32(truncatingIfNeeded: start)
    self.count = UInt32(truncatingIfNeeded: count)
  }

  var isEmpty: Bool { count == 0 }

  /// A part of it, by offsets from its own start.
  func part(_ range: Range<Int>) -> Slice { Slice(source, Int(start) + range.lowerBound, range.count) }
}

/// An extracted value, or a label while its line is worked on. Which name a slot stands for was decided at start-up.
struct Slot: Sendable {
  enum Kind: UInt8 {
    /// Nothing of that name.
    case absent
    /// Extracted, but without a text form; as a label: taken away.
    case null
    case text
    case number
    case boolean
  }
  var kind: Kind
  var slice: Slice
  var number: Double

  static let absent = Slot(kind: .absent, slice: Slice(.chunk, 0, 0), number: 0)
  static let null = Slot(kind: .null, slice: Slice(.chunk, 0, 0), number: 0)
  static func text(_ slice: Slice) -> Slot { Slot(kind: .text, slice: slice, number: 0) }
  static func number(_ number: Double) -> Slot { Slot(kind: .number, slice: Slice(.chunk, 0, 0), number: number) }
  static func boolean(_ value: Bool) -> Slot {
    Slot(kind: .boolean, slice: Slice(.chunk, 0, 0), number: value ? 1 : 0)
  }
}

/// A label that a stage reads: its number among the labels that change, and among the names whose first values are the
/// target's labels.
struct LabelReference: Sendable {
  var label: Int
  var name: Int
}

/// The names of a pipeline, numbered while it is compiled.
struct NameTable {
  private(set) var names: [String] = []
  private var numbers: [String: Int] = [:]

  mutating func number(_ name: String) -> Int {
    if let known = numbers[name] { return known }
    numbers[name] = names.count
    names.append(name)
    return names.count - 1
  }

  subscript(name: String) -> Int? { numbers[name] }
}
