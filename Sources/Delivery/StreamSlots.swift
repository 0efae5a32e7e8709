import LogModel

/// Which slot each stream has in the batch that is under construction for it. One for all batches of a worker and client, since
/// a stream goes to one of them at a time.
struct StreamSlots {
  private struct Slot {
    var batch: UInt32 = 0
    var number: Int32 = 0
  }

  /// By stream.
  private var slots: [Slot] = []
  private var lastBatch: UInt32 = 0

  init() {}

  /// The number of a batch that begins.
  mutating func beginBatch() -> UInt32 {
    lastBatch &+= 1
    return lastBatch
  }

  /// nil where the batch does not have the stream yet.
  func slot(of stream: StreamID, in batch: UInt32) -> Int32? {
    guard stream.index < slots.count, slots[stream.index].batch == batch else { return nil }
    return slots[stream.index].number
  }

  mutating func put(_ stream: StreamID, in batch: UInt32, at number: Int32) {
    if stream.index >= slots.count {
      slots.append(contentsOf: repeatElement(Slot(), count: stream.index + 1 - slots.count))
    }
    slots[stream.index] = Slot(batch: batch, number: number)
  }

  /// Forgets all streams, for a table that begins anew.
  mutating func removeAll() { slots.removeAll(keepingCapacity: true) }
}
