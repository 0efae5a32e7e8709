import Bytes
public import Delivery
import Glibc
public import LogModel
public import Pipeline
import Positions
public import Syscalls

/// Lines from a descriptor that can be read once, such as a pipe, through one pipeline into batches.
///
/// One thread owns it. It reads no further while the batches that its last lines went to have no room.
public struct StandardInput: ~Copyable {
  /// Bytes read at once.
  private static let chunkSize = 64 << 10
  /// A line is cut here: bytes.
  private static let longestLine = 64 << 20

  private let runner: PipelineRunner
  private var state: PipelineState
  private var lanes: Lanes
  private var streams = StreamTable()
  private var block = EntryBlock()
  private var buffer = ByteBuffer(capacity: StandardInput.chunkSize)
  private var lines = ByteBuffer(capacity: StandardInput.chunkSize)
  /// Nothing is to be remembered of a pipe, but batches ask for it.
  private var ledger = AckLedger(acked: 0)
  private var offset: UInt64 = 0
  private var nextTime: Int64 = 0
  /// The lanes that each client's last lines went to.
  private var used: [[Int]]
  private let settled: WakeUp

  /// - Parameters:
  ///   - labels: of all lines, before the pipeline.
  ///   - settled: signalled whenever a batch was settled.
  public init(
    pipeline: CompiledPipeline, labels: LabelSet, lanes: consuming Lanes, settled: WakeUp
  ) {
    runner = PipelineRunner(pipeline)
    state = pipeline.makeState(labels: labels)
    used = Array(repeating: [], count: lanes.clientCount)
    self.lanes = lanes
    self.settled = settled
  }

  /// Reads to the end, or until `isStopped`, and seals what is in hand. Blocks.
  public mutating func run(_ descriptor: Int32, isStopped: () -> Bool) {
    var isAtEnd = false
    while !isAtEnd, !isStopped() {
      let now = Clock.monotonic()
      lanes.sealDue(now: now, streams: streams)
      if let due = state.nextFlush, due <= now { flush(isDone: false) }
      if state.pausedUntil <= now, hasRoom {
        guard wait(for: descriptor, now) else { continue }
        isAtEnd = !readSome(descriptor)
      } else {
        _ = wait(for: nil, now)
      }
    }
    if !buffer.isEmpty { ship(buffer.count) }
    flush(isDone: true)
    lanes.sealAll(streams: streams)
  }

  private var hasRoom: Bool { used.allSatisfy { lanes.hasRoom($0) } }

  /// Waits until there is something to read or a batch was settled, at most until something is due.
  /// - Returns: whether there is something to read.
  private func wait(for descriptor: Int32?, _ now: Int64) -> Bool {
    var due = min(lanes.nextDue ?? .max, state.nextFlush ?? .max, now + 500_000_000)
    if state.pausedUntil > now { due = min(due, state.pausedUntil) }
    var waits = [
      pollfd(fd: settled.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: descriptor ?? -1, events: Int16(POLLIN), revents: 0),
    ]
    _ = poll(&waits, 2, Int32(clamping: (max(0, due - now) + 999_999) / 1_000_000))
    if waits[0].revents != 0 { settled.clear() }
    return waits[1].revents != 0
  }

  /// False at the end of the input.
  private mutating func readSome(_ descriptor: Int32) -> Bool {
    buffer.reserve(Self.chunkSize)
    let before = buffer.count
    let count = read(descriptor, buffer.base + before, Self.chunkSize)
    if count < 0 { return errno == EINTR || errno == EAGAIN }
    if count == 0 { return false }
    buffer.setCount(before + count)
    // What was there before holds no line end.
    let fresh = UnsafeBufferPointer(start: buffer.base + before, count: count)
    if let last = fresh.lastIndex(of: 0x0a) {
      ship(before + last + 1)
    } else if buffer.count >= Self.longestLine {
      ship(buffer.count)
    }
    return true
  }

  /// Sends the first bytes of the buffer on their way and forgets them.
  private mutating func ship(_ length: Int) {
    lines.removeAll()
    var start = 0
    while start < length {
      let end = memchr(buffer.base + start, 0x0a, length - start).map {
        UnsafeRawPointer($0) - UnsafeRawPointer(buffer.base)
      }
      let next = end ?? length
      var stop = next
      if stop > start, buffer.base[stop - 1] == 0x0d { stop -= 1 }
      // Blank lines are passed over (recorded: cli/stdin-skips-blank-lines).
      if stop > start {
        lines.append(UnsafeBufferPointer(start: buffer.base + start, count: stop - start))
        lines.append(0x0a)
      }
      start = next + 1
    }
    buffer.removeFirst(length)
    var place = 0
    while place < lines.count {
      let time = max(Clock.wall(), nextTime)
      let now = Clock.monotonic()
      block.removeAll()
      let chunk = UnsafeBufferPointer(start: UnsafePointer(lines.base) + place, count: lines.count - place)
      let done = runner.run(
        chunk, offset: offset, readTime: time, now: now, state: &state, streams: &streams, into: &block)
      deliver(UnsafePointer(lines.base) + place, now)
      place += done
      offset += UInt64(done)
      nextTime = time + Int64(done)
      // A rate is used up; the rest of these lines waits here.
      if place < lines.count { pause(until: state.pausedUntil) }
    }
  }

  private mutating func pause(until time: Int64) {
    while true {
      let now = Clock.monotonic()
      if now >= time { return }
      lanes.sealDue(now: now, streams: streams)
      _ = wait(for: nil, now)
    }
  }

  private mutating func flush(isDone: Bool) {
    block.removeAll()
    let now = Clock.monotonic()
    runner.flush(isDone: isDone, now: now, readTime: Clock.wall(), state: &state, streams: &streams, into: &block)
    deliver(UnsafePointer(block.made.base), now)
  }

  private mutating func deliver(_ chunk: UnsafePointer<UInt8>, _ now: Int64) {
    let span = ledger.open(end: ledger.end)
    var fed: [Int] = []
    for client in 0..<lanes.clientCount {
      var ticket = AckTicket(file: 0, life: 0, client: UInt32(client), span: span)
      lanes.append(
        block, chunk: chunk, offset: 0, client: client, streams: streams, ticket: &ticket, ledger: &ledger, used: &fed,
        now: now)
      if !fed.isEmpty { used[client] = fed }
    }
    _ = ledger.release(span)
  }
}
