import Bytes
public import LogModel
public import Positions

/// A batch under construction, for one client and tenant, owned by one worker.
///
/// Entries are written in wire form one after another as they come; a run notes which stretch belongs to which stream.
/// Only when the batch is sealed are the runs put in the order of their streams, as pieces of one request.
public struct BatchBuilder: ~Copyable {
  private struct Run {
    var slot: Int32
    var start: Int
    var end: Int
  }

  private var bytes: ByteBuffer
  private var runs: [Run] = []
  /// By slot.
  private var streams: [StreamID] = []
  /// What the slots know this batch by.
  private var number: UInt32 = 0
  private var tickets: [AckTicket] = []
  // What sealing needs, kept from batch to batch: heads of streams and where they begin, bytes and first run of each
  // slot, runs by slot.
  private var heads = ByteBuffer(capacity: 256)
  private var headStarts: [Int] = []
  private var sizes: [Int] = []
  private var firsts: [Int] = []
  private var ordered: [Int] = []
  /// Bytes of lines and metadata so far, the measure of `batchsize`.
  public private(set) var size = 0
  public private(set) var entries = 0
  /// When the first entry came, on the monotonic clock: nanoseconds.
  public private(set) var began: Int64 = 0
  private let limit: Int
  /// Empty lines weigh nothing; what they cost on the wire is bounded too.
  private var wireLimit: Int { 2 * limit + (1 << 20) }

  /// - Parameter limit: `batchsize` in bytes; below 0 each entry is a batch.
  public init(limit: Int) {
    self.limit = limit
    bytes = ByteBuffer(capacity: 1)
  }

  public var isEmpty: Bool { entries == 0 }
  /// On the wire, so far.
  public var byteCount: Int { bytes.count }

  /// Storage for the batch that begins.
  mutating func takeOver(_ storage: consuming ByteBuffer) {
    precondition(isEmpty)
    bytes = storage
  }

  /// The storage of a batch that is sealed.
  mutating func giveUpStorage() -> ByteBuffer {
    precondition(isEmpty)
    var storage = ByteBuffer(capacity: 1)
    swap(&storage, &bytes)
    return storage
  }

  /// Appends entries of one stream until the batch is full.
  ///
  /// An entry that would make the batch larger than its limit begins the next one, unless it is alone
  /// (recorded: client/batch-size-splits, client/line-larger-than-batch-size-is-sent-alone).
  /// - Parameter slots: of the client's streams.
  /// - Returns: how many entries found room.
  mutating func append(
    _ records: UnsafeBufferPointer<EntryRecord>, chunk: UnsafePointer<UInt8>, made: UnsafePointer<UInt8>,
    slots: inout StreamSlots, now: Int64
  ) -> Int {
    guard let stream = records.first?.stream else { return 0 }
    var taken = 0
    let start = bytes.count
    while taken < records.count {
      let record = records[taken]
      let weight = Int(record.length) &+ Int(record.metadataSize)
      if size &+ weight > limit || bytes.count > wireLimit, entries &+ taken > 0 { break }
      size &+= weight
      let line = (record.isMade ? made : chunk) + Int(record.start)
      PushWire.append(
        record.timestamp, line: UnsafeBufferPointer(start: line, count: Int(record.length)),
        metadata: UnsafeBufferPointer(
          start: record.metadataLength == 0 ? nil : made + Int(record.metadataStart), count: Int(record.metadataLength)),
        to: &bytes)
      taken &+= 1
    }
    if taken > 0 {
      if entries == 0 {
        began = now
        number = slots.beginBatch()
      }
      entries += taken
      let slot = slot(of: stream, &slots)
      if let last = runs.last, last.slot == slot, last.end == start {
        runs[runs.count - 1].end = bytes.count
      } else {
        runs.append(Run(slot: slot, start: start, end: bytes.count))
      }
    }
    return taken
  }

  /// Notes the span that the entries came from. True when this batch did not hold it yet.
  public mutating func hold(_ ticket: AckTicket) -> Bool {
    if tickets.last == ticket { return false }
    tickets.append(ticket)
    return true
  }

  /// Whether the stream is in the batch already, or may be one more of at most `limit`.
  func admits(_ stream: StreamID, limit: Int, slots: StreamSlots) -> Bool {
    streams.count < limit || slots.slot(of: stream, in: number) != nil
  }

  private mutating func slot(of stream: StreamID, _ slots: inout StreamSlots) -> Int32 {
    if let known = slots.slot(of: stream, in: number) { return known }
    let slot = Int32(streams.count)
    streams.append(stream)
    slots.put(stream, in: number, at: slot)
    return slot
  }

  /// Forgets what is under construction: it will be read again.
  public mutating func discard() {
    bytes = ByteBuffer(capacity: 1)
    beginAnew()
  }

  private mutating func beginAnew() {
    bytes.removeAll()
    runs.removeAll(keepingCapacity: true)
    streams.removeAll(keepingCapacity: true)
    tickets.removeAll(keepingCapacity: true)
    size = 0
    entries = 0
  }

  /// Ends the batch and begins an empty one, in the same storage.
  /// - Parameters:
  ///   - labels: the wire form of a stream's labels for this client.
  ///   - prepare: puts the request in the form that is sent.
  public mutating func seal(
    labels: (StreamID) -> [UInt8], prepare: (borrowing RequestPieces) -> any PreparedBatch
  ) -> SealedBatch {
    order()
    heads.removeAll()
    headStarts.removeAll(keepingCapacity: true)
    for slot in 0..<streams.count {
      headStarts.append(heads.count)
      labels(streams[slot]).withUnsafeBufferPointer {
        PushWire.appendStreamHead(labels: $0, entryBytes: sizes[slot], to: &heads)
      }
    }
    headStarts.append(heads.count)
    var pieces = RequestPieces(capacity: streams.count + runs.count)
    for slot in 0..<streams.count {
      pieces.append(heads.base + headStarts[slot], headStarts[slot + 1] - headStarts[slot])
      for place in firsts[slot]..<firsts[slot + 1] {
        let run = runs[ordered[place]]
        pieces.append(bytes.base + run.start, run.end - run.start)
      }
    }
    let sealed = SealedBatch(
      request: prepare(pieces), entries: entries, streams: streams.count, size: size, wireLength: pieces.byteCount,
      receipt: AckReceipt(tickets))
    // The next batch will likely be as large as this one; a quiet client's buffer becomes small.
    if bytes.capacity > max(4096, 4 * bytes.count) { bytes = ByteBuffer(capacity: max(4096, bytes.count)) }
    beginAnew()
    return sealed
  }

  /// Sorts the runs by their slots; a counting sort keeps the order of entries within a stream.
  private mutating func order() {
    sizes.removeAll(keepingCapacity: true)
    firsts.removeAll(keepingCapacity: true)
    sizes.append(contentsOf: repeatElement(0, count: streams.count))
    firsts.append(contentsOf: repeatElement(0, count: streams.count + 1))
    for run in runs {
      sizes[Int(run.slot)] += run.end - run.start
      firsts[Int(run.slot)] += 1
    }
    var total = 0
    for slot in firsts.indices {
      total += firsts[slot]
      firsts[slot] = total
    }
    ordered.removeAll(keepingCapacity: true)
    ordered.append(contentsOf: repeatElement(0, count: runs.count))
    for index in runs.indices.reversed() {
      let slot = Int(runs[index].slot)
      firsts[slot] -= 1
      ordered[firsts[slot]] = index
    }
  }
}
