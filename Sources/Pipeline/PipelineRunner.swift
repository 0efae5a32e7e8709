import Bytes
import Glibc
import GoCompat
import JMESPath
public import LogModel

/// Runs lines through a pipeline. One per worker and pipeline; it owns what is needed per line.
public final class PipelineRunner {
  let pipeline: CompiledPipeline
  let slots: UnsafeMutablePointer<Slot>
  let labels: UnsafeMutablePointer<Slot>
  let labelShares: UnsafeMutablePointer<UInt64>
  let metadata: UnsafeMutablePointer<Slot>
  private var drops: DropCounters
  private let groups: UnsafeMutableBufferPointer<GroupRange>
  private let memos: UnsafeMutablePointer<TimeMemo>
  private var clock = RuntimeClock()
  private let document = JSONDocument()
  private var templates: TemplateSpace

  public init(_ pipeline: CompiledPipeline) {
    self.pipeline = pipeline
    templates = TemplateSpace(pipeline)
    slots = .allocate(capacity: max(1, pipeline.names.names.count))
    slots.initialize(repeating: .absent, count: max(1, pipeline.names.names.count))
    labels = .allocate(capacity: max(1, pipeline.labelNames.count))
    labels.initialize(repeating: .absent, count: max(1, pipeline.labelNames.count))
    labelShares = .allocate(capacity: max(1, pipeline.labelNames.count))
    labelShares.initialize(repeating: 0, count: max(1, pipeline.labelNames.count))
    metadata = .allocate(capacity: max(1, pipeline.metadataNames.count))
    metadata.initialize(repeating: .absent, count: max(1, pipeline.metadataNames.count))
    drops = DropCounters(registry: pipeline.registry, reasons: pipeline.dropReasons)
    groups = .allocate(capacity: pipeline.groupCount + 1)
    groups.initialize(repeating: .none)
    memos = .allocate(capacity: pipeline.memoCount + 1)
    memos.initialize(repeating: TimeMemo(), count: pipeline.memoCount + 1)
  }

  deinit {
    slots.deallocate()
    labels.deallocate()
    labelShares.deallocate()
    metadata.deallocate()
    groups.deallocate()
    memos.deallocate()
  }

  /// Runs the lines of a chunk.
  /// - Parameters:
  ///   - chunk: whole lines; a last one without its line end counts as whole.
  ///   - offset: of the chunk in its file: bytes.
  ///   - readTime: of the chunk's first byte in nanoseconds since 1970. A line that no stage stamps has this time plus a
  ///     nanosecond for each byte before it, so that times are unique within a file and the same whenever it is cut.
  ///   - now: on the monotonic clock, nanoseconds: what rates and waiting times are measured by.
  ///   - state: of the file and the clients the chunk is for.
  /// - Returns: how many bytes of the chunk were run; fewer than all where a rate is used up (`state.pausedUntil`).
  public func run(
    _ chunk: UnsafeBufferPointer<UInt8>, offset: UInt64, readTime: Int64, now: Int64, state: inout PipelineState,
    streams: inout StreamTable, into block: inout EntryBlock
  ) -> Int {
    state.streams.validate(streams)
    switch pipeline.shape {
    case .plain: plain(chunk, readTime, &state, &streams, &block)
    case .cri where !state.meetsCRINames:
      switch pipeline.stages[0] {
      case .cri(let stage): runtime(stage, chunk, offset, readTime, &state, &streams, &block)
      default: break
      }
    default: return general(chunk, offset, readTime, now, &state, &streams, &block)
    }
    return chunk.count
  }

  /// The line that begins at `start`, without its line end.
  @inline(__always)
  private func line(_ chunk: UnsafeBufferPointer<UInt8>, _ start: Int) -> UnsafeBufferPointer<UInt8> {
    let base = chunk.baseAddress! + start
    let left = chunk.count &- start
    let end = memchr(base, 0x0a, left).map { UnsafeRawPointer($0) - UnsafeRawPointer(base) } ?? left
    return UnsafeBufferPointer(start: base, count: end)
  }

  private func plain(
    _ chunk: UnsafeBufferPointer<UInt8>, _ readTime: Int64, _ state: inout PipelineState,
    _ streams: inout StreamTable, _ block: inout EntryBlock
  ) {
    let stream = state.streams.plain(state.labels, &streams)
    var start = 0
    while start < chunk.count {
      let line = line(chunk, start)
      block.records.append(
        EntryRecord(
          timestamp: Timestamp(nanosecondsSince1970: readTime &+ Int64(start)), stream: stream, start: start,
          length: line.count, isMade: false))
      start &+= line.count &+ 1
    }
    block.lines = block.records.count
    block.hasReadTimes = true
  }

  // MARK: - cri alone

  private func runtime(
    _ stage: borrowing CompiledCRI, _ chunk: UnsafeBufferPointer<UInt8>, _ offset: UInt64, _ readTime: Int64,
    _ state: inout PipelineState, _ streams: inout StreamTable, _ block: inout EntryBlock
  ) {
    var start = 0
    var lines = 0
    defer { block.lines = lines }
    while start < chunk.count {
      let line = line(chunk, start)
      lines &+= 1
      defer { start &+= line.count &+ 1 }
      guard let parsed = CRILine(line) else {
        let time = Timestamp(nanosecondsSince1970: readTime &+ Int64(start))
        let key = Self.fudgeKey(nil)
        let known = state.lastTimes[key]
        if known == nil { block.hasReadTimes = true }
        block.records.append(
          EntryRecord(
            timestamp: known?.successor ?? time, stream: state.streams.plain(state.labels, &streams), start: start,
            length: line.count, isMade: false))
        if let known { state.lastTimes.set(key, known.successor) }
        continue
      }
      let time: Timestamp
      let text = UnsafeBufferPointer(rebasing: line[parsed.time])
      if let own = runtimeTime(text, isError: parsed.isError, stage, &state) {
        time = own
      } else {
        time = Timestamp(nanosecondsSince1970: readTime &+ Int64(start))
        block.hasReadTimes = true
      }
      let stream = state.streams.runtime(isError: parsed.isError, state.labels, &streams)
      if parsed.isPartial(line.baseAddress!) || !state.partials.isEmpty {
        part(
          stage, UnsafeBufferPointer(rebasing: line[parsed.content...]), parsed.isPartial(line.baseAddress!),
          isError: parsed.isError, time, stream, start &+ parsed.content, offset &+ UInt64(start), &state, &streams,
          &block)
        continue
      }
      block.records.append(
        EntryRecord(
          timestamp: time, stream: stream, start: start &+ parsed.content, length: line.count &- parsed.content,
          isMade: false))
    }
  }

  private static func fudgeKey(_ isError: Bool?) -> UInt64 { isError.map { $0 ? 2 : 1 } ?? 0 }

  /// nil where the line tells no time, and no line before it did.
  @inline(__always)
  private func runtimeTime(
    _ text: UnsafeBufferPointer<UInt8>, isError: Bool, _ stage: borrowing CompiledCRI, _ state: inout PipelineState
  ) -> Timestamp? {
    let key = Self.fudgeKey(isError)
    if let time = clock.parse(text) {
      state.lastTimes.set(key, time)
      return time
    }
    if let parsed = stage.timestamp.formats[0].parse(text, currentYear: 0) {
      let time = Timestamp(seconds: parsed.seconds, nanoseconds: UInt32(parsed.nanoseconds))
      if time.isEncodable {
        state.lastTimes.set(key, time)
        return time
      }
    }
    guard let known = state.lastTimes[key] else { return nil }
    state.lastTimes.set(key, known.successor)
    return known.successor
  }

  /// A line that is a part, or may be the end of one that was held.
  private func part(
    _ stage: borrowing CompiledCRI, _ content: UnsafeBufferPointer<UInt8>, _ isPartial: Bool, isError: Bool,
    _ time: Timestamp,
    _ stream: StreamID, _ start: Int, _ offset: UInt64, _ state: inout PipelineState,
    _ streams: inout StreamTable, _ block: inout EntryBlock
  ) {
    let key = Self.fudgeKey(isError)
    if isPartial {
      if state.partials.count >= stage.maxPartialLines { release(state.partials.takeAll(), &streams, &block) }
      let part = PartialLines.Partial(
        bytes: Array(content), timestamp: time, labels: streams.streams[stream.index].labels, offset: offset)
      state.partials.append(part, key: key, limit: stage.partialLineLimit)
      return
    }
    guard let held = state.partials.take(key) else {
      block.records.append(
        EntryRecord(timestamp: time, stream: stream, start: start, length: content.count, isMade: false))
      return
    }
    let from = block.made.count
    block.made.append(held.bytes)
    block.made.append(content)
    if let limit = stage.partialLineLimit, block.made.count - from > limit { block.made.truncate(to: from + limit) }
    block.records.append(
      EntryRecord(timestamp: time, stream: stream, start: from, length: block.made.count - from, isMade: true))
  }

  func release(
    _ parts: [PartialLines.Partial], _ streams: inout StreamTable, _ block: inout EntryBlock
  ) {
    for part in parts {
      let from = block.made.count
      block.made.append(part.bytes)
      block.records.append(
        EntryRecord(
          timestamp: part.timestamp, stream: streams.intern(part.labels), start: from, length: part.bytes.count,
          isMade: true))
    }
  }

  // MARK: - Any stages

  /// The year in UTC: what times mean whose layout has none.
  static func year(_ nanoseconds: Int64) -> Int {
    var seconds = time_t(nanoseconds / 1_000_000_000)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    return Int(parts.tm_year) + 1900
  }

  private func general(
    _ chunk: UnsafeBufferPointer<UInt8>, _ offset: UInt64, _ readTime: Int64, _ now: Int64,
    _ state: inout PipelineState, _ streams: inout StreamTable, _ block: inout EntryBlock
  ) -> Int {
    guard let base = chunk.baseAddress else { return 0 }
    defer { state.blocks.copy(base) }
    var lines = 0
    let done = withContext(base, readTime, now, &state, &block) { context, state, records in
      var start = 0
      while start < chunk.count {
        let line = line(chunk, start)
        lines &+= 1
        begin(&context)
        context.line = Slice(.chunk, start, line.count)
        context.lineReadTime = readTime &+ Int64(start)
        context.time = Timestamp(nanosecondsSince1970: context.lineReadTime)
        context.offset = offset &+ UInt64(start)
        let released = stages(&context, from: 0, &state)
        emit(&context, &state, &streams, &records)
        // A line that lets others go is held itself, so the context is free for them.
        for part in released { resume(part, &context, &state, &streams, &records) }
        start &+= line.count &+ 1
        if context.pausedUntil > now &+ Self.leeway {
          state.pausedUntil = context.pausedUntil
          return min(start, chunk.count)
        }
      }
      return chunk.count
    }
    block.lines = lines
    return done
  }

  /// Runs the stages on the line of the context, which may be another one afterwards: a block instead of its last line.
  func stages(_ context: inout LineContext, from start: Int, _ state: inout PipelineState) -> [PartialLines.Partial] {
    var released: [PartialLines.Partial] = []
    var index = start
    while index < pipeline.stages.count, !context.isDropped {
      if let inspector = pipeline.inspection.inspector {
        let before = InspectedLine(&context, pipeline, state.labels)
        let name = pipeline.stages[index].name
        index += run(pipeline.stages[index], &context, &state, &released)
        inspector.show(name, before, InspectedLine(&context, pipeline, state.labels))
      } else {
        index += run(pipeline.stages[index], &context, &state, &released)
      }
    }
    if context.isDropped, context.dropReason >= 0 { drops.add(context.dropReason) }
    // The line may lie among the constants of its labels; the block knows the chunk and what was made.
    if context.line.source == .fixed { context.line = context.keep(context.bytes(context.line)) }
    return released
  }

  /// Runs one stage.
  /// - Returns: how far on the next one is.
  @inline(__always)
  private func run(
    _ stage: borrowing CompiledStage, _ context: inout LineContext, _ state: inout PipelineState,
    _ released: inout [PartialLines.Partial]
  ) -> Int {
    switch stage {
    case .cri(let stage):
      released = context.run(
        stage, base: state.labels, offset: context.offset, &state.lastTimes, &state.partials, memos)
    case .json(let stage): context.run(stage, document)
    case .regex(let stage): context.run(stage, groups: groups)
    case .logfmt(let stage): context.run(stage)
    case .labels(let stage): context.run(stage)
    case .staticLabels(let stage): context.run(stage)
    case .labelDrop(let stage): context.run(stage)
    case .timestamp(let stage): context.run(stage, &state.lastTimes, memos)
    case .output(let stage): context.run(stage)
    case .replace(let stage): context.run(stage, base: state.labels, templates)
    case .template(let stage): context.run(stage, base: state.labels, templates)
    case .drop(let stage): context.run(stage)
    case .labelAllow(let stage): context.run(stage)
    case .tenant(let stage): context.run(stage)
    case .structuredMetadata(let stage): context.run(stage)
    case .decolorize(let stage): context.run(stage)
    case .sampling(let stage): context.run(stage)
    case .pack(let stage): context.run(stage)
    case .limit(let stage): context.run(stage, &drops)
    case .eventLogMessage(let stage): context.run(stage, names: pipeline.nameBytes)
    case .match(let stage): if !context.run(stage, labelOfName: pipeline.labelOfName) { return 1 + stage.count }
    case .multiline(let stage): context.run(stage, &state.blocks)
    case .metrics(let stage): context.run(stage, base: state.labels, &state.series)
    case .geoIP(let stage): context.run(stage, document)
    }
    return 1
  }
}
