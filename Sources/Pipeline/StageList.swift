/// The stages of a pipeline where they are used in place: a stage is never copied, which would count references for each
/// line and make workers wait for one another.
struct StageList: ~Copyable, @unchecked Sendable {
  // Sendable: whoever makes it has it alone; later it is only read.

  private var base: UnsafeMutablePointer<CompiledStage>
  private var capacity = 8
  private(set) var count = 0

  init() { base = .allocate(capacity: 8) }

  deinit {
    base.deinitialize(count: count)
    base.deallocate()
  }

  var isEmpty: Bool { count == 0 }

  subscript(index: Int) -> CompiledStage {
    unsafeAddress {
      precondition(index >= 0 && index < count)
      return UnsafePointer(base + index)
    }
  }

  mutating func append(_ stage: consuming CompiledStage) {
    if count == capacity {
      let bigger = UnsafeMutablePointer<CompiledStage>.allocate(capacity: capacity * 2)
      bigger.moveInitialize(from: base, count: count)
      base.deallocate()
      base = bigger
      capacity *= 2
    }
    (base + count).initialize(to: stage)
    count += 1
  }

  mutating func replace(_ index: Int, with stage: consuming CompiledStage) {
    precondition(index >= 0 && index < count)
    base[index] = stage
  }
}
