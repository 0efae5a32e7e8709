public import AgentConfiguration
import Bytes
import CSystemd
import Feeding
import Glibc
import LogModel
import Positions
import Syscalls

/// What decides how a journal is read.
public struct JournalSettings: Sendable {
  var path: String
  var json: Bool
  /// How old the first entries may be where no position is known: nanoseconds.
  var maxAge: Int64
  /// Whether somebody wrote `max_age`: then it holds for positions too.
  var isMaxAgeWritten: Bool
  var matches: [JournalConfiguration.Match]
  var labels: LabelSet
  var rules: [RelabelConfiguration]

  public init(_ journal: JournalConfiguration, rules: [RelabelConfiguration]) {
    path = journal.path
    json = journal.json
    maxAge = journal.writtenMaxAge ?? JournalConfiguration.defaultMaxAge
    isMaxAgeWritten = journal.writtenMaxAge != nil
    matches = journal.matchTerms ?? []
    labels = journal.labels
    self.rules = rules
  }
}

/// Makes chunks of a journal's entries. Belongs to one thread.
struct JournalReader: ~Copyable {
  /// A chunk holds no more entries, and little more bytes.
  static let chunkEntries = 1_000
  static let chunkBytes = 128 << 10

  /// What was left out of a chunk, and why.
  struct LeftOut: Equatable {
    var noMessage = 0
    var emptyLabels = 0
    var corrupt = 0

    var isEmpty: Bool { self == LeftOut() }
  }

  private var handle: JournalHandle
  private var labels: JournalLabels
  private var object = JournalObject()
  private let isJSON: Bool
  private let countsMissed: Bool
  /// When more are lost than when it was opened, what was read may be wrong.
  private let lostPages: UInt32
  /// How large the last chunk became.
  private var lastEntries = 0
  private var lastBytes = 0
  /// The last entry that was read before: `next` is not to give it again.
  private var resumed: String?
  private(set) var leftOut = LeftOut()
  /// Entries between the position and the first entry that was found, once that is known.
  private(set) var missed: UInt64 = 0

  init(_ library: JournalLibrary, _ settings: JournalSettings) throws(Errno) {
    csystemd_guard_thread()
    handle = try JournalHandle(library, path: settings.path, matches: settings.matches)
    labels = JournalLabels(settings.labels, settings.rules, takesMessage: !settings.json)
    isJSON = settings.json
    countsMissed = settings.matches.isEmpty
    lostPages = csystemd_lost_pages()
  }

  /// Begins behind the entry with the cursor or, where that is gone, with what comes after its place.
  mutating func begin(behind cursor: String) throws(Errno) {
    try handle.seek(cursor: cursor)
    resumed = cursor
  }

  /// Begins with the first entry from this time on: nanoseconds since 1970.
  mutating func begin(at time: Int64) throws(Errno) {
    try handle.seek(realtime: UInt64(clamping: time / 1_000))
  }

  /// The next entries, as many as there are and fit into a chunk; nil when everything has been read.
  mutating func read() throws(Errno) -> EntryChunk? {
    var chunk = EntryChunk(place: SourcePlace(entry: ""))
    chunk.entries.reserveCapacity(lastEntries)
    chunk.bytes.reserveCapacity(lastBytes)
    labels.beginChunk()
    leftOut = LeftOut()
    missed = 0
    var seen = 0
    var time: UInt64 = 0
    while seen < Self.chunkEntries, chunk.bytes.count < Self.chunkBytes {
      guard try handle.next() else { break }
      if let cursor = resumed, try !isNew(cursor) { continue }
      seen += 1
      do throws(Errno) {
        time = try handle.realtime
        try take(time, &chunk)
      } catch {
        // One entry that is damaged does not take the others with it.
        leftOut.corrupt += 1
      }
      if csystemd_lost_pages() != lostPages { throw .badMessage }
    }
    if seen == 0 { return nil }
    lastEntries = chunk.entries.count
    lastBytes = chunk.bytes.count
    let cursor = try handle.cursor
    chunk.place = SourcePlace(entry: cursor, exact: cursor, time: Int64(clamping: time) &* 1_000)
    return chunk
  }

  /// Whether the first entry after a seek is another one than that with the cursor.
  private mutating func isNew(_ cursor: String) throws(Errno) -> Bool {
    resumed = nil
    if try handle.isAt(cursor) { return false }
    let (before, now) = (JournalCursor(cursor), JournalCursor(try handle.cursor))
    if now.isCopy(of: before) { return false }
    // Of entries that do not match, none is missing.
    if countsMissed { missed = before.entriesBetween(now) ?? 0 }
    return true
  }

  private mutating func take(_ time: UInt64, _ chunk: inout EntryChunk) throws(Errno) {
    let start = chunk.bytes.count
    var hasLine = isJSON
    labels.beginEntry()
    if isJSON { object.removeAll() }
    let useful = isJSON ? nil : labels.fields.usefulCount
    var found = 0
    handle.restartFields()
    do throws(Errno) {
      while found != useful, let data = try handle.nextField() {
        guard let base = data.baseAddress, let sign = memchr(base, 0x3d, data.count) else { continue }
        let length = UnsafeRawPointer(sign) - UnsafeRawPointer(base)
        let value = UnsafeBufferPointer(start: base + length + 1, count: data.count - length - 1)
        let use = labels.use(of: UnsafeBufferPointer(start: base, count: length))
        if isJSON { object.add(data, nameLength: length) }
        var isFirst = false
        if use.label >= 0 { isFirst = labels.take(use.label, value) }
        if use.isMessage, !hasLine {
          chunk.bytes.append(contentsOf: value)
          hasLine = true
          isFirst = true
        }
        if isFirst { found += 1 }
      }
    } catch {
      chunk.bytes.removeLast(chunk.bytes.count - start)
      throw error
    }
    guard hasLine else {
      leftOut.noMessage += 1
      return
    }
    guard let number = labels.finishEntry(in: &chunk) else {
      leftOut.emptyLabels += 1
      chunk.bytes.removeLast(chunk.bytes.count - start)
      return
    }
    if isJSON {
      object.write()
      chunk.bytes.append(contentsOf: object.text.bytes)
    }
    chunk.entries.append(
      EntryChunk.Entry(
        start: start, length: chunk.bytes.count - start, labels: number,
        time: Timestamp(
          seconds: Int64(time / 1_000_000), nanoseconds: UInt32(truncatingIfNeeded: time % 1_000_000 * 1_000))))
  }

  func wait(_ nanoseconds: Int64, or stop: WakeUp) throws(Errno) { try handle.wait(nanoseconds, or: stop) }

  /// Takes note of new files and of such that are gone. Everything has to be read before.
  mutating func process() throws(Errno) { _ = try handle.process() }
}
