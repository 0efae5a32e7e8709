import LogModel

/// A line as some stage left it, apart from the buffers it was read into: what a multiline stage holds.
struct SavedLine: Sendable {
  var time = Timestamp(seconds: 0, nanoseconds: 0)
  var readTime: Int64 = 0
  var slots: [Slot] = []
  var labels: [Slot] = []
  var metadata: [Slot] = []
  var hidesOtherLabels = false
  /// What the slots refer to as `.made`.
  var values: [UInt8] = []
}

extension LineContext {
  /// Keeps the storage that `saved` has.
  func save(into saved: inout SavedLine) {
    saved.time = time
    saved.readTime = lineReadTime
    saved.hidesOtherLabels = hidesOtherLabels
    saved.values.removeAll(keepingCapacity: true)
    copy(slots, slotCount, &saved.slots, &saved.values)
    copy(labels, labelCount, &saved.labels, &saved.values)
    copy(metadata, metadataCount, &saved.metadata, &saved.values)
  }

  private func copy(
    _ from: UnsafeMutablePointer<Slot>, _ count: Int, _ to: inout [Slot], _ values: inout [UInt8]
  ) {
    to.removeAll(keepingCapacity: true)
    for index in 0..<count {
      var slot = from[index]
      // The labels of the target outlive the line.
      if slot.kind == .text, slot.slice.source != .fixed {
        let start = values.count
        values.append(contentsOf: bytes(slot.slice))
        slot.slice = Slice(.made, start, Int(slot.slice.count))
      }
      to.append(slot)
    }
  }

  mutating func restore(_ saved: borrowing SavedLine) {
    let base = saved.values.isEmpty ? 0 : saved.values.withUnsafeBufferPointer { keep($0) }.start
    func copy(_ from: [Slot], _ to: UnsafeMutablePointer<Slot>) {
      for (index, slot) in from.enumerated() {
        to[index] = slot
        if slot.kind == .text, slot.slice.source == .made { to[index].slice.start += base }
      }
    }
    copy(saved.slots, slots)
    clearLabels()
    if saved.hidesOtherLabels { hideOtherLabels() }
    for (index, slot) in saved.labels.enumerated() where slot.kind != .absent {
      var slot = slot
      if slot.kind == .text, slot.slice.source == .made { slot.slice.start += base }
      setLabel(index, slot)
    }
    copy(saved.metadata, metadata)
    time = saved.time
    lineReadTime = saved.readTime
    isDropped = false
  }
}
