import LogModel

/// `cri`: takes a container runtime's line apart and joins lines that were written in parts.
struct CompiledCRI: ~Copyable, Sendable {
  var number: UInt64
  var time: Int
  var stream: Int
  var flags: Int
  var content: Int
  var tags: Int
  var streamLabel: Int
  var timestamp: CompiledTimestamp
  /// Streams whose parts are held before all are let go.
  var maxPartialLines: Int
  /// Bytes; nil: no limit.
  var partialLineLimit: Int?
}

extension LineContext {
  /// - Returns: the parts of other lines that were let go, in order, to be sent before this one.
  mutating func run(
    _ stage: borrowing CompiledCRI, base: LabelSet, offset: UInt64, _ last: inout LastTimes,
    _ partials: inout PartialLines, _ memos: UnsafeMutablePointer<TimeMemo>
  ) -> [PartialLines.Partial] {
    var isPartial = false
    let text = bytes(line)
    if let parsed = CRILine(text), let base = text.baseAddress {
      slots[stage.time] = .text(line.part(parsed.time))
      slots[stage.stream] = .text(line.part(parsed.time.upperBound + 1..<parsed.time.upperBound + 7))
      slots[stage.flags] = .text(line.part(parsed.flags))
      slots[stage.content] = .text(line.part(parsed.content..<text.count))
      isPartial = parsed.isPartial(base)
    }
    // The stage stands for labels, timestamp and twice output, which run whether or not the line was of its form.
    if let value = self.text(slots[stage.stream]) { setLabel(stage.streamLabel, .text(value)) }
    run(stage.timestamp, &last, memos)
    run(CompiledOutput(source: stage.content))
    run(CompiledOutput(source: stage.tags))
    let key = labelHash(seed: stage.number)
    if isPartial {
      var released: [PartialLines.Partial] = []
      if partials.count >= stage.maxPartialLines { released = partials.takeAll() }
      let part = PartialLines.Partial(
        bytes: Array(bytes(line)), timestamp: time, labels: labels(over: base), offset: offset)
      partials.append(part, key: key, limit: stage.partialLineLimit)
      isDropped = true
      return released
    }
    if !partials.isEmpty, let held = partials.take(key) {
      let rest = Array(bytes(line))
      var joined = held.bytes + rest
      if let limit = stage.partialLineLimit, joined.count > limit { joined.removeLast(joined.count - limit) }
      line = joined.withUnsafeBufferPointer { keep($0) }
    }
    return []
  }
}
