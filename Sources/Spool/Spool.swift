import Bytes
import Synchronization
public import Syscalls
public import Telemetry

/// A place in the spool; places of one spool are in the order of its entries.
public struct SpoolPosition: Hashable, Comparable, Sendable {
  public var segment: UInt64
  /// Bytes from the start of the segment.
  public var offset: UInt64

  public init(segment: UInt64, offset: UInt64) {
    self.segment = segment
    self.offset = offset
  }

  public static func < (a: Self, b: Self) -> Bool { (a.segment, a.offset) < (b.segment, b.offset) }

  /// As one number: segments are shorter than 4 GiB.
  var linear: UInt64 { segment << 32 | offset }
  init(linear: UInt64) { self.init(segment: linear >> 32, offset: linear & 0xFFFF_FFFF) }
}

/// What to do with new entries when the spool has its size.
public enum SpoolFullPolicy: String, Sendable, CaseIterable {
  /// The sender waits.
  case wait
  /// The oldest segment goes, and its entries are counted.
  case dropOldest = "drop_oldest"
}

public struct SpoolSettings: Sendable {
  public var directory: String
  /// Of all segments: bytes.
  public var maxBytes: UInt64
  /// After which another segment is begun: bytes, below 1 GiB.
  public var segmentBytes: UInt64
  public var whenFull: SpoolFullPolicy

  public init(
    directory: String, maxBytes: UInt64 = 1 << 30, segmentBytes: UInt64 = 16 << 20, whenFull: SpoolFullPolicy = .wait
  ) {
    self.directory = directory
    self.maxBytes = maxBytes
    self.segmentBytes = min(segmentBytes, 1 << 30)
    self.whenFull = whenFull
  }
}

/// Entries on disk that their sender cannot repeat, until every client has them: docs/formats/spool.md.
///
/// An entry is the spool's own when `append` says so: it is on the disk then. Reading does not disturb writing; each client
/// has a cursor of its own. Damage never keeps the spool from opening: a torn end is cut off, a segment that is damaged in
/// its middle is read up to there and kept aside.
public final class Spool: Sendable {
  public enum AppendOutcome: Equatable, Sendable {
    case stored
    /// No room: ask again later.
    case full
    /// The disk refused it, and nothing of it is kept.
    case failed(Errno)
  }

  private struct State {
    /// Segments by number with their lengths in bytes; the last is written to.
    var segments: [(number: UInt64, length: UInt64)] = []
    var cursors: [String: SpoolPosition] = [:]
    var cursorsAreDirty = false
    /// The last segment ends with something that could not be taken back.
    var mustBegin = false
    var total: UInt64 { segments.reduce(0) { $0 + $1.length } }
  }
  private let state: Mutex<State>
  private let settings: SpoolSettings
  private let files: any FileSystem
  private let log: Log
  private let metrics: SpoolMetrics

  /// Opens the spool, or makes it.
  /// - Parameter clients: by name; one that is new begins with the oldest entry.
  /// - Throws: when the directory cannot be made or listed.
  public init(
    _ settings: SpoolSettings, clients: [String], files: any FileSystem, log: Log, registry: MetricRegistry
  ) throws(Errno) {
    self.settings = settings
    self.files = files
    self.log = log
    metrics = SpoolMetrics(registry)
    if case .failure(let error) = files.makeDirectories(settings.directory) { throw error }
    var state = State()
    let recovery = SpoolRecovery(directory: settings.directory, files: files, log: log, metrics: metrics)
    state.segments = try recovery.segments()
    let first = SpoolPosition(segment: state.segments.first?.number ?? 0, offset: SpoolSegment.headLength)
    let saved = recovery.cursors()
    for client in clients { state.cursors[client] = max(first, saved[client] ?? first) }
    metrics.bytes.set(Double(state.total))
    self.state = Mutex(state)
  }

  // MARK: - Writing

  /// Puts entries on the disk, all or none. Blocks.
  public func append(_ entries: [SpoolEntry]) -> AppendOutcome {
    var records = ByteBuffer(capacity: 4096)
    for entry in entries { SpoolRecord.append(entry, to: &records) }
    let bytes = Array(records.bytes)
    if bytes.isEmpty { return .stored }
    return state.withLock { state in
      while state.total + UInt64(bytes.count) > settings.maxBytes, state.segments.count > 1 || state.total > 0 {
        removeAcked(&state)
        if state.total + UInt64(bytes.count) <= settings.maxBytes { break }
        guard settings.whenFull == .dropOldest, state.segments.count > 1 else {
          metrics.refusals.add()
          return .full
        }
        dropOldest(&state)
      }
      let outcome = write(bytes, &state)
      if outcome == .stored { metrics.entries.add(entries.count) }
      metrics.bytes.set(Double(state.total))
      return outcome
    }
  }

  private func write(_ bytes: [UInt8], _ state: inout State) -> AppendOutcome {
    if state.mustBegin || state.segments.isEmpty || state.segments.last!.length >= settings.segmentBytes {
      let number = (state.segments.last?.number ?? lastCursor(state)) + 1
      let path = SpoolSegment.path(settings.directory, number)
      if case .failure(let error) = files.replace(path, with: SpoolSegment.head, mode: 0o600) { return .failed(error) }
      state.segments.append((number, SpoolSegment.headLength))
      state.mustBegin = false
    }
    let last = state.segments.count - 1
    let path = SpoolSegment.path(settings.directory, state.segments[last].number)
    switch files.appendSynced(path, bytes, mode: 0o600) {
    case .success:
      state.segments[last].length += UInt64(bytes.count)
      return .stored
    case .failure(let error):
      metrics.failures.add()
      // A part of it may be there; what follows must not be taken for the rest of it.
      if case .failure = files.truncate(path, to: state.segments[last].length) { state.mustBegin = true }
      return .failed(error)
    }
  }

  private func lastCursor(_ state: State) -> UInt64 { state.cursors.values.map(\.segment).max() ?? 0 }

  private func dropOldest(_ state: inout State) {
    let oldest = state.segments.removeFirst()
    let next = SpoolPosition(segment: state.segments[0].number, offset: SpoolSegment.headLength)
    var lost = 0
    for (client, cursor) in state.cursors where cursor < next {
      lost = max(lost, SpoolSegment.count(directory: settings.directory, oldest.number, from: cursor, files: files))
      state.cursors[client] = next
    }
    state.cursorsAreDirty = true
    _ = files.remove(SpoolSegment.path(settings.directory, oldest.number))
    metrics.dropped.add(lost)
    log.error(
      "spool is full: its oldest entries are given up", ("directory", settings.directory), ("entries", lost),
      ("hint", "raise its size, or let senders wait"))
  }

  // MARK: - Reading

  /// Where the client goes on: everything before it is acknowledged.
  public func cursor(of client: String) -> SpoolPosition? { state.withLock { $0.cursors[client] } }

  /// The entries from a place on, at least one if there is any, and where each ends.
  /// - Parameter maxBytes: about how many bytes to read.
  public func read(from place: SpoolPosition, maxBytes: Int = 256 << 10) -> [(entry: SpoolEntry, end: SpoolPosition)] {
    var place = place
    while true {
      let segments = state.withLock { $0.segments }
      guard let segment = segments.first(where: { $0.number >= place.segment }) else { return [] }
      if segment.number > place.segment {
        place = SpoolPosition(segment: segment.number, offset: SpoolSegment.headLength)
      }
      let found = SpoolSegment.read(
        directory: settings.directory, place, until: segment.length, maxBytes: maxBytes, files: files)
      if !found.isEmpty || segment.number == segments.last?.number { return found }
      place = SpoolPosition(segment: segment.number + 1, offset: SpoolSegment.headLength)
    }
  }

  /// The client has everything before the place.
  public func acknowledge(_ client: String, _ place: SpoolPosition) {
    state.withLock { state in
      guard let known = state.cursors[client], known < place else { return }
      state.cursors[client] = place
      state.cursorsAreDirty = true
    }
  }

  /// Writes the cursors down and removes what every client has. Call now and then, and at the end.
  public func save() {
    state.withLock { state in
      removeAcked(&state)
      metrics.bytes.set(Double(state.total))
    }
  }

  /// A segment goes only when the cursors that are past it are on the disk.
  private func removeAcked(_ state: inout State) {
    if state.cursorsAreDirty {
      let text = SpoolCursors.text(state.cursors)
      let path = SpoolCursors.path(settings.directory)
      if case .failure(let error) = files.replace(path, with: Array(text.utf8), mode: 0o600) {
        metrics.failures.add()
        log.error("cannot write the spool's cursors; shipping goes on", ("file", path), ("error", error))
        return
      }
      state.cursorsAreDirty = false
    }
    guard let least = state.cursors.values.min() else { return }
    while let first = state.segments.first,
      first.number < least.segment || (first.number == least.segment && least.offset >= first.length)
    {
      if case .failure = files.remove(SpoolSegment.path(settings.directory, first.number)) { return }
      state.segments.removeFirst()
    }
  }
}
