import Bytes
public import LogModel

/// What a pipeline remembers between the lines of one file for one group of clients.
///
/// A value: a client that falls behind takes a copy along and goes on from there by itself.
public struct PipelineState: Sendable {
  /// The labels of the file's target, `filename` included.
  public let labels: LabelSet
  /// What outlives lines: `Source.fixed`.
  let fixed: [UInt8]
  /// What the extracted values are before the first stage: the labels of the target.
  let firstSlots: [Slot]
  /// Whether the target has a label of a name that the cri stage extracts; then its short way is not taken.
  let meetsCRINames: Bool

  var streams = StreamCache()
  var partials = PartialLines()
  var blocks = HeldBlocks()
  var series = KnownSeries()
  var lastTimes = LastTimes()

  init(labels: LabelSet, names: NameTable, constants: [UInt8], absent: [Slot]) {
    self.labels = labels
    var fixed = constants
    var slots = absent
    for label in labels.labels {
      guard let number = names[label.name] else { continue }
      let start = fixed.count
      fixed += Array(label.value.utf8)
      slots[number] = .text(Slice(.fixed, start, fixed.count - start))
    }
    self.fixed = fixed
    firstSlots = slots
    seed = Array(labels.text.utf8).withUnsafeBufferPointer { Hash.bytes($0) }
    meetsCRINames = ["time", "stream", "flags", "content", "tags"].contains { labels[$0] != nil }
  }

  /// The first byte of the file that something held back here begins with; nil when nothing is held.
  public var hold: UInt64? {
    guard let part = partials.hold else { return blocks.hold }
    return min(part, blocks.hold ?? part)
  }

  /// When a block that is held here has waited long enough, on the monotonic clock in nanoseconds; nil when none is.
  public var nextFlush: Int64? { blocks.nextDue }

  /// Whether the same lines are held. Only then may the groups of two states that are at one offset go on as one.
  public func holdsSame(as other: PipelineState) -> Bool {
    blocks.holdsSame(as: other.blocks) && partials.byKey.mapValues(\.offset) == other.partials.byKey.mapValues(\.offset)
  }

  /// Until when no more lines of the file are to be run, for a rate: nanoseconds on the monotonic clock.
  public internal(set) var pausedUntil: Int64 = 0

  /// Distinguishes the file from others, the same at every start.
  let seed: UInt64
}

/// Streams of one file, by the labels that its lines were given.
struct StreamCache: Sendable {
  private var generation: UInt32 = .max
  /// The stream of lines to which no stage gave a label.
  private var plain: StreamID?
  /// Of lines that only have `stream`: standard output, standard error.
  private var runtime: (StreamID?, StreamID?) = (nil, nil)
  private var byLabels = HashedTable<StreamID>()

  /// Forgets everything if the table has begun anew.
  mutating func validate(_ table: borrowing StreamTable) {
    if generation == table.generation { return }
    self = StreamCache()
    generation = table.generation
  }

  mutating func plain(_ labels: LabelSet, _ table: inout StreamTable) -> StreamID {
    if let plain { return plain }
    let id = table.intern(labels)
    plain = id
    return id
  }

  @inline(__always)
  mutating func runtime(isError: Bool, _ labels: LabelSet, _ table: inout StreamTable) -> StreamID {
    if let known = isError ? runtime.1 : runtime.0 { return known }
    var all = labels
    all["stream"] = isError ? "stderr" : "stdout"
    let id = table.intern(all)
    if isError { runtime.1 = id } else { runtime.0 = id }
    return id
  }

  /// - Parameter labels: `LineContext.labelsHash`.
  @inline(__always)
  mutating func find(_ labels: UInt64) -> StreamID? { byLabels.place(of: labels).map { byLabels[place: $0] } }

  mutating func add(_ hash: UInt64, _ labels: LabelSet, _ table: inout StreamTable) -> StreamID {
    // A label of unbounded values must not fill the memory of a quiet file for ever.
    if byLabels.count >= 4096 { byLabels.removeAll() }
    let id = table.intern(labels)
    _ = byLabels.add(hash, id)
    return id
  }
}

/// Lines that a container runtime wrote in parts and whose end has not come, per label set.
struct PartialLines: Sendable {
  struct Partial: Sendable {
    var bytes: [UInt8]
    var timestamp: Timestamp
    var labels: LabelSet
    /// Where its first part begins in the file.
    var offset: UInt64
  }
  private(set) var byKey: [UInt64: Partial] = [:]

  var isEmpty: Bool { byKey.isEmpty }
  var count: Int { byKey.count }
  var hold: UInt64? { byKey.isEmpty ? nil : byKey.values.lazy.map(\.offset).min() }

  mutating func append(_ part: Partial, key: UInt64, limit: Int?) {
    if var held = byKey.removeValue(forKey: key) {
      held.bytes += part.bytes
      held.timestamp = part.timestamp
      held.labels = part.labels
      byKey[key] = held
    } else {
      byKey[key] = part
    }
    if let limit, byKey[key]!.bytes.count > limit { byKey[key]!.bytes.removeLast(byKey[key]!.bytes.count - limit) }
  }

  mutating func take(_ key: UInt64) -> Partial? { byKey.removeValue(forKey: key) }

  /// Everything that is held, in the order of the file.
  mutating func takeAll() -> [Partial] {
    defer { byKey.removeAll() }
    return byKey.values.sorted { $0.offset < $1.offset }
  }
}

/// The last known time per timestamp stage and label set, for `action_on_failure: fudge`.
struct LastTimes: Sendable {
  private var times = HashedTable<Timestamp>()
  private static let limit = 8192

  subscript(key: UInt64) -> Timestamp? {
    mutating get { times.place(of: key).map { times[place: $0] } }
  }

  @inline(__always)
  mutating func set(_ key: UInt64, _ time: Timestamp) {
    if let place = times.place(of: key) {
      times[place: place] = time
      return
    }
    if times.count >= Self.limit { times.removeAll() }
    _ = times.add(key, time)
  }
}
