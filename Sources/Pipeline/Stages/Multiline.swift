import GoCompat
import LogModel

/// `multiline`: joins lines to blocks that begin with a first line, for each label set by itself.
struct CompiledMultiline: Sendable {
  /// Distinguishes the stages of a pipeline, each of which holds its own blocks.
  var number: UInt64
  var firstLine: Regex
  /// A block without a new line for so long is let go: nanoseconds.
  var maxWait: Int64
  /// Lines of a block before it is cut; 0: any number.
  var maxLines: Int
  /// The stage that a block goes on with.
  var next: Int
}

extension LineContext {
  mutating func run(_ stage: borrowing CompiledMultiline, _ blocks: inout HeldBlocks) {
    let key = labelHash(seed: stage.number)
    let due = now &+ stage.maxWait
    if stage.firstLine.matches(bytes(line)) {
      var block = HeldBlock(head: save(), text: Array(bytes(line)), offset: offset, due: due, next: stage.next)
      if stage.maxLines == 1 {
        block.cut()
        blocks.hold(block, key)
      } else if let previous = blocks.hold(block, key), !previous.text.isEmpty {
        resume(previous)
      } else {
        isDropped = true
      }
    } else if let lines = blocks.append(bytes(line), key, offset: offset, due: due) {
      if stage.maxLines > 0, lines >= stage.maxLines, let block = blocks.cut(key) {
        resume(block)
      } else {
        isDropped = true
      }
    }
  }

  /// Goes on as the block instead of the line at hand.
  mutating func resume(_ block: HeldBlock) {
    restore(block.head)
    offset = block.offset
    line = block.text.withUnsafeBufferPointer { keep($0) }
  }
}

/// Lines that wait for more of their block.
struct HeldBlock: Sendable {
  /// What the first line had become when it was held.
  var head: SavedLine
  /// The lines so far. Empty after a cut: what follows goes on as the same block.
  private(set) var text: [UInt8]
  private(set) var lines = 1
  /// Where the first of its lines begins in the file.
  private(set) var offset: UInt64
  /// When it has waited long enough, on the monotonic clock: nanoseconds.
  private(set) var due: Int64
  let next: Int

  init(head: SavedLine, text: [UInt8], offset: UInt64, due: Int64, next: Int) {
    self.head = head
    self.text = text
    self.offset = offset
    self.due = due
    self.next = next
  }

  mutating func append(_ line: UnsafeBufferPointer<UInt8>, offset: UInt64, due: Int64) {
    // Blank lines right after a cut disappear (recorded: multiline).
    if text.isEmpty { self.offset = offset } else { text.append(0x0a) }
    text.append(contentsOf: line)
    lines += 1
    self.due = due
  }

  mutating func cut() {
    text.removeAll()
    lines = 0
  }
}

/// The blocks that a file's multiline stages hold, by label set.
struct HeldBlocks: Sendable {
  private var byKey: [UInt64: HeldBlock] = [:]
  private static let limit = 8192

  /// Where in the file the first line begins that is held.
  var hold: UInt64? { byKey.values.lazy.filter { !$0.text.isEmpty }.map(\.offset).min() }
  var nextDue: Int64? { byKey.values.lazy.filter { !$0.text.isEmpty }.map(\.due).min() }

  func holdsSame(as other: HeldBlocks) -> Bool {
    func held(_ blocks: HeldBlocks) -> [UInt64: [UInt64]] {
      blocks.byKey.filter { !$0.value.text.isEmpty }.mapValues { [$0.offset, UInt64($0.text.count)] }
    }
    return held(self) == held(other)
  }

  /// Holds a block, and gives back the one before it.
  @discardableResult mutating func hold(_ block: HeldBlock, _ key: UInt64) -> HeldBlock? {
    let previous = byKey.updateValue(block, forKey: key)
    // Label sets that have not held anything lately must not fill the memory of a file for ever.
    if previous == nil, byKey.count > Self.limit { byKey = byKey.filter { !$0.value.text.isEmpty } }
    return previous
  }

  /// Adds a line to the block of its label set. Gives back the lines it has now; nil when there is no block.
  mutating func append(_ line: UnsafeBufferPointer<UInt8>, _ key: UInt64, offset: UInt64, due: Int64) -> Int? {
    byKey[key]?.append(line, offset: offset, due: due)
    return byKey[key]?.lines
  }

  /// Lets a block go; lines that follow go on as the same one. nil when there is nothing in it.
  mutating func cut(_ key: UInt64) -> HeldBlock? {
    guard let block = byKey[key] else { return nil }
    byKey[key]?.cut()
    return block.text.isEmpty ? nil : block
  }

  /// Lets go of the blocks that have waited until `time`, in the order of the file.
  mutating func cutDue(_ time: Int64) -> [HeldBlock] {
    let due = byKey.filter { $0.value.due <= time && !$0.value.text.isEmpty }
    return due.sorted { $0.value.offset < $1.value.offset }.compactMap { cut($0.key) }
  }
}
