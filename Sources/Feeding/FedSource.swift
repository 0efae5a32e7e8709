import Delivery
import LogModel
import Pipeline
import Positions

/// A source and a client, as the feeder's thread knows them.
final class FedSource {
  /// More label sets than this are forgotten, unless lines of them are held back.
  private static let stateLimit = 4096

  let feed: SourceFeed
  /// The client's place.
  let client: Int
  let runner: PipelineRunner
  private let pipeline: CompiledPipeline
  /// By label set: what the pipeline remembers between lines.
  var states: [PipelineState] = []
  private var byLabels: [LabelSet: Int] = [:]
  var ledger = AckLedger(acked: 0)
  /// What takes an offset's place: bytes of lines since the source was taken up, and one for each chunk, so that one of
  /// empty lines has a length.
  var offset: UInt64 = 0
  /// Where the chunks that are not acknowledged end, and the places behind them.
  private var places: [(end: UInt64, place: SourcePlace)] = []
  /// The lanes that its last entries went to.
  var used: [Int] = []
  /// A chunk that waits for room or for a rate.
  var pending: Pending?
  var pausedUntil: Int64 = 0
  var ended: Ended?
  /// Whether the feeder looks at it each time.
  var isWatched = false

  struct Pending {
    var chunk: EntryChunk
    /// The next entry.
    var next = 0
    /// By the chunk's label sets: places in `states`.
    var states: [Int]
    var taken: @Sendable (Bool) -> Void
  }

  struct Ended {
    var end: SourceEnd
    /// Not waited for longer, on the monotonic clock in nanoseconds; nil while nobody waits for it to be gone.
    var until: Int64?
    var done: @Sendable () -> Void
  }

  init(_ feed: SourceFeed, client: Int, pipeline: CompiledPipeline) {
    self.feed = feed
    self.client = client
    self.pipeline = pipeline
    runner = PipelineRunner(pipeline)
  }

  func accept(_ chunk: EntryChunk, taken: @escaping @Sendable (Bool) -> Void) {
    assert(pending == nil, "a source hands over one chunk at a time")
    if states.count > Self.stateLimit { forgetStates() }
    let states = chunk.labelSets.map { labels in
      if let known = byLabels[labels] { return known }
      self.states.append(pipeline.makeState(labels: labels))
      byLabels[labels] = self.states.count - 1
      return self.states.count - 1
    }
    pending = Pending(chunk: chunk, states: states, taken: taken)
  }

  private func forgetStates() {
    let kept = states.filter { $0.hold != nil }
    states = kept
    byLabels = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1.labels, $0) })
  }

  /// The first byte that something held back begins with.
  var hold: UInt64? {
    var hold: UInt64?
    for state in states { if let own = state.hold { hold = min(hold ?? own, own) } }
    return hold
  }

  /// When a held block has waited long enough, on the monotonic clock: nanoseconds.
  var nextFlush: Int64? {
    var next: Int64?
    for state in states { if let own = state.nextFlush { next = min(next ?? own, own) } }
    return next
  }

  /// A chunk was run to its end.
  func note(_ place: SourcePlace) {
    places.append((offset, place))
  }

  /// The place up to which everything is acknowledged, if it has moved.
  func takeAcked() -> SourcePlace? {
    var last: SourcePlace?
    var count = 0
    while count < places.count, places[count].end <= ledger.acked {
      last = places[count].place
      count += 1
    }
    if count > 0 { places.removeFirst(count) }
    return last
  }

  /// Everything that came is acknowledged.
  var isAcked: Bool { pending == nil && !ledger.hasOpenSpans && places.isEmpty }
}
