import Bytes
import GoCompat
public import LogModel

// From lines to entries: what a line begins with, what it becomes, and what is let go without a line.
extension PipelineRunner {
  /// How far a file may be ahead of a rate before it waits, so that it is not read for every line: nanoseconds.
  static let leeway: Int64 = 100_000_000

  /// Lends the block's bytes to a context that lines can be run in.
  func withContext<Result>(
    _ chunk: UnsafePointer<UInt8>, _ readTime: Int64, _ now: Int64, _ state: inout PipelineState,
    _ block: inout EntryBlock,
    _ body: (inout LineContext, inout PipelineState, inout [EntryRecord]) -> Result
  ) -> Result {
    // Constants of the file, which the state does not change while they are lent.
    let (fixed, first) = (state.fixed, state.firstSlots)
    return fixed.withUnsafeBufferPointer { fixed in
      withFirst(first) { first in
        var made = ByteBuffer(capacity: 1)
        swap(&made, &block.made)
        var context = LineContext(
          chunk: chunk, fixed: fixed.baseAddress, made: made, line: Slice(.chunk, 0, 0),
          time: Timestamp(seconds: 0, nanoseconds: 0),
          localZone: pipeline.inspection.notesZones
            ? Int32(TimeZoneRules.system.offset(at: readTime / 1_000_000_000)) : 0, now: now, fileSeed: state.seed,
          slots: slots,
          slotCount: pipeline.names.names.count, first: first, labels: labels,
          labelCount: pipeline.labelNames.count,
          labelNames: pipeline.labelNames, labelShares: labelShares, metadata: metadata,
          metadataCount: pipeline.metadataNames.count,
          year: Self.year(readTime))
        context.resetLabels()
        let result = body(&context, &state, &block.records)
        if context.hasReadTimes { block.hasReadTimes = true }
        block.made = context.takeMade()
        return result
      }
    }
  }

  /// An array of none has no address.
  private func withFirst<Result>(_ first: [Slot], _ body: (UnsafePointer<Slot>) -> Result) -> Result {
    first.withUnsafeBufferPointer { body($0.baseAddress ?? UnsafePointer(slots)) }
  }

  /// Forgets the line before.
  func begin(_ context: inout LineContext) {
    context.isDropped = false
    context.zone = context.localZone
    context.dropReason = -1
    if context.slotCount > 0 { slots.update(from: context.first, count: context.slotCount) }
    context.clearLabels()
    for index in 0..<context.metadataCount { metadata[index] = .absent }
  }

  /// Adds the entry that the line became, unless it was dropped or is held.
  func emit(
    _ context: inout LineContext, _ state: inout PipelineState, _ streams: inout StreamTable,
    _ records: inout [EntryRecord]
  ) {
    if context.isDropped { return }
    if context.time.nanosecondsSince1970 == context.lineReadTime { context.hasReadTimes = true }
    var record = EntryRecord(
      timestamp: context.time, stream: stream(&context, &state, &streams), start: Int(context.line.start),
      length: Int(context.line.count), isMade: context.line.source == .made)
    if context.metadataCount > 0 || pipeline.inspection.notesZones {
      var (slice, size) = context.writeMetadata(pipeline.metadataNames)
      if pipeline.inspection.notesZones {
        let zone = context.zone
        slice.count += context.write { PushRequest.append(zone: zone, to: &$0) }.count
      }
      record.metadataStart = slice.start
      record.metadataLength = slice.count
      record.metadataSize = UInt32(truncatingIfNeeded: size)
    }
    records.append(record)
  }

  private func stream(_ context: inout LineContext, _ state: inout PipelineState, _ streams: inout StreamTable)
    -> StreamID
  {
    if context.labelsHash == 0 { return state.streams.plain(state.labels, &streams) }
    if let known = state.streams.find(context.labelsHash) { return known }
    return state.streams.add(context.labelsHash, context.labels(over: state.labels), &streams)
  }

  /// Runs entries that bring their times along and whose lines may hold line ends.
  /// - Parameters:
  ///   - entries: of one label set, that of `state`.
  ///   - chunk: what their places count from.
  ///   - offset: of the chunk in its source: bytes, or what takes their place.
  /// - Returns: how many were run; fewer than all where a rate is used up (`state.pausedUntil`).
  public func run(
    _ entries: UnsafeBufferPointer<TimedEntry>, of chunk: UnsafePointer<UInt8>, offset: UInt64, now: Int64,
    state: inout PipelineState, streams: inout StreamTable, into block: inout EntryBlock
  ) -> Int {
    state.streams.validate(streams)
    guard let first = entries.first else { return 0 }
    if pipeline.shape == .plain {
      let stream = state.streams.plain(state.labels, &streams)
      for entry in entries {
        block.records.append(
          EntryRecord(
            timestamp: entry.time, stream: stream, start: Int(entry.start), length: Int(entry.length), isMade: false))
      }
      block.lines += entries.count
      return entries.count
    }
    defer { state.blocks.copy(chunk) }
    let done = withContext(chunk, first.time.nanosecondsSince1970, now, &state, &block) { context, state, records in
      for (index, entry) in entries.enumerated() {
        begin(&context)
        context.line = Slice(.chunk, Int(entry.start), Int(entry.length))
        context.lineReadTime = entry.time.nanosecondsSince1970
        context.time = entry.time
        context.offset = offset &+ UInt64(entry.start)
        let released = stages(&context, from: 0, &state)
        emit(&context, &state, &streams, &records)
        for part in released { resume(part, &context, &state, &streams, &records) }
        if context.pausedUntil > now &+ Self.leeway {
          state.pausedUntil = context.pausedUntil
          return index + 1
        }
      }
      return entries.count
    }
    block.lines += done
    return done
  }

  /// Lets go of held blocks that have waited long enough, or of everything that is held when the file is done with.
  /// - Parameters:
  ///   - isDone: no line will follow.
  ///   - now: on the monotonic clock, nanoseconds.
  public func flush(
    isDone: Bool, now: Int64, readTime: Int64, state: inout PipelineState, streams: inout StreamTable,
    into block: inout EntryBlock
  ) {
    state.streams.validate(streams)
    let parts = isDone ? state.partials.takeAll() : []
    if pipeline.shape == .cri { return release(parts, &streams, &block) }
    // Nothing that is let go lies in a chunk.
    withContext(
      UnsafePointer(slots).withMemoryRebound(to: UInt8.self, capacity: 1) { $0 }, readTime, now, &state, &block
    ) { context, state, records in
      for part in parts { resume(part, &context, &state, &streams, &records) }
      var due = state.blocks.cutDue(isDone ? .max : now)
      // A block may be held again by a later multiline stage.
      while !due.isEmpty {
        for block in due {
          begin(&context)
          context.resume(block)
          _ = stages(&context, from: block.next, &state)
          emit(&context, &state, &streams, &records)
        }
        due = isDone ? state.blocks.cutDue(.max) : []
      }
    }
  }

  /// Parts of a container's line whose end did not come go on behind the stage that held them.
  func resume(
    _ part: PartialLines.Partial, _ context: inout LineContext, _ state: inout PipelineState,
    _ streams: inout StreamTable, _ records: inout [EntryRecord]
  ) {
    begin(&context)
    context.resume(part, over: state.labels)
    _ = stages(&context, from: stageAfterCRI, &state)
    emit(&context, &state, &streams, &records)
  }

  private var stageAfterCRI: Int {
    for index in 0..<pipeline.stages.count where pipeline.stages[index].isCRI { return index + 1 }
    return pipeline.stages.count
  }
}

extension LineContext {
  /// Goes on as parts of a container's line whose end did not come.
  fileprivate mutating func resume(_ part: PartialLines.Partial, over base: LabelSet) {
    line = part.bytes.withUnsafeBufferPointer { keep($0) }
    time = part.timestamp
    offset = part.offset
    for index in 0..<labelCount {
      let value = part.labels[labelNames[index]]
      if value == base[labelNames[index]] { continue }
      setLabel(index, value.map { value in .text(write { $0.append(value) }) } ?? .null)
    }
  }
}
