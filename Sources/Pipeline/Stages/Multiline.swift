import GoCompat
import LogModel

/// `multiline`: joins lines to blocks that begin with a first line, for each label set by itself.
struct CompiledMultiline: ~Copyable, Sendable {
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
    let known = blocks.place(of: key)
    if stage.firstLine.matches(bytes(line)) {
      let place = known ?? blocks.add(key, HeldBlock(next: stage.next))
      let previous = take(&blocks[place])
      // The state of this line goes into the block, and that of the block before it comes out.
      save(into: &blocks.spare)
      blocks.exchangeHead(place)
      if stage.maxLines == 1 {
        blocks[place].lines = 0
      } else {
        hold(line, in: &blocks, place, offset: offset, due: due)
        if let previous { resume(blocks.spare, previous.text, offset: previous.offset) } else { isDropped = true }
      }
    } else if let place = known {
      hold(line, in: &blocks, place, offset: offset, due: due)
      guard stage.maxLines > 0, blocks[place].lines >= stage.maxLines, let block = take(&blocks[place]) else {
        isDropped = true
        return
      }
      resume(blocks[place].head, block.text, offset: block.offset)
    }
  }

  private func hold(_ line: Slice, in blocks: inout HeldBlocks, _ place: Int, offset: UInt64, due: Int64) {
    blocks[place].append(line, bytes(line), chunk, offset: offset, due: due)
    if blocks[place].stretch != nil { blocks.refersToChunk = true }
  }

  /// Lets a block go; lines that follow go on as the same one. nil when there is nothing in it.
  private mutating func take(_ block: inout HeldBlock) -> (text: Slice, offset: UInt64)? {
    defer { block.clear() }
    if block.isEmpty { return nil }
    if let stretch = block.stretch { return (Slice(.chunk, stretch.lowerBound, stretch.count), block.offset) }
    return (block.text.withUnsafeBufferPointer { keep($0) }, block.offset)
  }

  /// Goes on as a block instead of the line at hand.
  private mutating func resume(_ head: borrowing SavedLine, _ text: Slice, offset: UInt64) {
    restore(head)
    self.offset = offset
    line = text
  }

  /// Goes on as a block that was let go without a line.
  mutating func resume(_ block: HeldBlock) {
    resume(block.head, block.text.withUnsafeBufferPointer { keep($0) }, offset: block.offset)
  }
}

/// Lines that wait for more of their block.
struct HeldBlock: Sendable {
  /// What the first line had become when it was held.
  var head = SavedLine()
  /// The lines so far, as a stretch of the chunk in which they follow one another. nil: they are in `text`.
  private(set) var stretch: Range<Int>?
  /// Empty after a cut: what follows goes on as the same block.
  private(set) var text: [UInt8] = []
  var lines = 0
  /// Where the first of its lines begins in the file.
  private(set) var offset: UInt64 = 0
  /// When it has waited long enough, on the monotonic clock: nanoseconds.
  private(set) var due: Int64 = 0
  let next: Int

  init(next: Int) { self.next = next }

  var isEmpty: Bool { text.isEmpty && (stretch?.isEmpty ?? true) }
  var count: Int { stretch?.count ?? text.count }

  @inline(__always)
  mutating func append(
    _ slice: Slice, _ line: UnsafeBufferPointer<UInt8>, _ chunk: UnsafePointer<UInt8>, offset: UInt64, due: Int64
  ) {
    lines &+= 1
    self.due = due
    let start = Int(slice.start)
    if let known = stretch, !known.isEmpty, slice.source == .chunk, known.upperBound &+ 1 == start,
      chunk[known.upperBound] == 0x0a
    {
      stretch = known.lowerBound..<start &+ line.count
    } else if isEmpty {
      // Blank lines right after a cut disappear (recorded: multiline).
      self.offset = offset
      text.removeAll(keepingCapacity: true)
      stretch = nil
      if slice.source == .chunk { stretch = start..<start &+ line.count } else { text.append(contentsOf: line) }
    } else {
      copy(chunk)
      text.append(0x0a)
      text.append(contentsOf: line)
    }
  }

  /// The chunk goes: its bytes are copied.
  mutating func copy(_ chunk: UnsafePointer<UInt8>) {
    guard let known = stretch else { return }
    text.append(contentsOf: UnsafeBufferPointer(start: chunk + known.lowerBound, count: known.count))
    stretch = nil
  }

  mutating func clear() {
    stretch = nil
    text.removeAll(keepingCapacity: text.capacity <= 1 << 14)
    lines = 0
  }
}

/// The blocks that a file's multiline stages hold, by label set.
struct HeldBlocks: Sendable {
  private var blocks = HashedTable<HeldBlock>()
  private static let limit = 8192
  /// Storage for the state of a line while it changes places with another.
  var spare = SavedLine()
  /// Whether the lines of some block still lie in the chunk.
  var refersToChunk = false

  private var held: [HeldBlock] { blocks.indices.lazy.map { blocks[place: $0] }.filter { !$0.isEmpty } }

  /// Where in the file the first line begins that is held.
  var hold: UInt64? { blocks.isEmpty ? nil : held.lazy.map(\.offset).min() }
  var nextDue: Int64? { blocks.isEmpty ? nil : held.lazy.map(\.due).min() }

  func holdsSame(as other: HeldBlocks) -> Bool {
    func held(_ blocks: HashedTable<HeldBlock>) -> [UInt64: [UInt64]] {
      var held: [UInt64: [UInt64]] = [:]
      for place in blocks.indices where !blocks[place: place].isEmpty {
        held[blocks.key(at: place)] = [blocks[place: place].offset, UInt64(blocks[place: place].count)]
      }
      return held
    }
    return held(blocks) == held(other.blocks)
  }

  mutating func place(of key: UInt64) -> Int? { blocks.place(of: key) }

  mutating func add(_ key: UInt64, _ block: HeldBlock) -> Int {
    // Label sets that have not held anything lately must not fill the memory of a file for ever.
    if blocks.count >= Self.limit { blocks.removeAll { $0.isEmpty } }
    return blocks.add(key, block)
  }

  subscript(place: Int) -> HeldBlock {
    get { blocks[place: place] }
    _modify { yield &blocks[place: place] }
  }

  /// Puts the spare state into a block, and the block's own becomes the spare one.
  mutating func exchangeHead(_ place: Int) { swap(&spare, &blocks[place: place].head) }

  /// The chunk goes: what is held of it is copied.
  mutating func copy(_ chunk: UnsafePointer<UInt8>) {
    if !refersToChunk { return }
    refersToChunk = false
    for place in blocks.indices { blocks[place: place].copy(chunk) }
  }

  /// Lets go of the blocks that have waited until `time`, in the order of the file.
  mutating func cutDue(_ time: Int64) -> [HeldBlock] {
    var due: [HeldBlock] = []
    for place in blocks.indices where !blocks[place: place].isEmpty && blocks[place: place].due <= time {
      due.append(blocks[place: place])
      blocks[place: place].clear()
    }
    return due.sorted { $0.offset < $1.offset }
  }
}
