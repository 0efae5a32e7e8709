import LogModel

/// A line as some stage left it, apart from the buffers it was read into: what a multiline stage holds.
struct SavedLine: Sendable {
  var time: Timestamp
  var readTime: Int64
  var slots: [Slot]
  var labels: [Slot]
  var metadata: [Slot]
  var hidesOtherLabels: Bool
  /// What the slots refer to as `.made`.
  var values: [UInt8]
}

extension LineContext {
  func save() -> SavedLine {
    var saved = SavedLine(
      time: time, readTime: lineReadTime, slots: [], labels: [], metadata: [], hidesOtherLabels: hidesOtherLabels,
      values: [])
    func copy(_ from: UnsafeMutablePointer<Slot>, _ count: Int) -> [Slot] {
      (0..<count).map { index in
        var slot = from[index]
        // The labels of the target outlive the line.
        if slot.kind == .text, slot.slice.source != .fixed {
          let start = saved.values.count
          saved.values.append(contentsOf: bytes(slot.slice))
          slot.slice = Slice(.made, start, Int(slot.slice.count))
        }
        return slot
      }
    }
    saved.slots = copy(slots, slotCount)
    saved.labels = copy(labels, labelCount)
    saved.metadata = copy(metadata, metadataCount)
    return saved
  }

  mutating func restore(_ saved: SavedLine) {
    let base = saved.values.withUnsafeBufferPointer { keep($0) }.start
    func copy(_ from: [Slot], _ to: UnsafeMutablePointer<Slot>) {
      for (index, slot) in from.enumerated() {
        to[index] = slot
        if slot.kind == .text, slot.slice.source == .made { to[index].slice.start += base }
      }
    }
    copy(saved.slots, slots)
    copy(saved.labels, labels)
    copy(saved.metadata, metadata)
    time = saved.time
    lineReadTime = saved.readTime
    hidesOtherLabels = saved.hidesOtherLabels
    isDropped = false
  }
}
