import Delivery
import LogModel
import Pipeline
import Positions
import Syscalls
import Telemetry
import TextEncoding

/// Where a group of clients is in a file. Clients in step share one read and one pass through the pipeline; one that
/// falls behind goes on in a group of its own until it has caught up.
struct ReadGroup {
  var clients: ClientSet
  /// The next byte to read; of a compressed file, the next line.
  var offset: UInt64
  /// The next byte of what comes out of a compressed file; not used otherwise.
  var contentOffset: UInt64 = 0
  /// What stands before `offset`.
  var tail = ReadTail()
  /// Bytes from `offset` on that are known to hold no line end.
  var searched: Int = 0
  /// There was nothing more to read when it was tried last.
  var isAtEnd = false
  var state: PipelineState
  /// The lanes that the file's last lines went to, by client: what must have room before more is read.
  var lanes: [Int: [Int]] = [:]

  // Read in place, since a copy of the state would count a reference for each of its parts.

  /// The first byte of the file that something held back begins with; nil when nothing is held.
  var hold: UInt64? { mutating get { state.hold } }

  /// When a held block has waited long enough, on the monotonic clock: nanoseconds; nil when none is held.
  var nextFlush: Int64? { mutating get { state.nextFlush } }

  /// Notes the lanes that lines of a client went to.
  mutating func note(_ used: [Int], of client: Int) {
    if !used.isEmpty, lanes[client] != used { lanes[client] = used }
  }
}

/// An open file that is being read. Owned by one reader's thread.
final class TailedFile {
  enum Phase {
    case current
    /// No longer under its path; read to its end and then let go.
    case rotated(quietSince: Int64)
  }

  let number: UInt32
  /// Counts the uses of `number`, so that late acknowledgements do not move another file's position.
  let life: UInt32
  /// Its present name, or the last one it had.
  var key: FileKey
  let target: FileTarget
  /// Of its lines before the pipeline: those of the target, and the name it was found under.
  let labels: LabelSet
  /// Changes when a copy takes the place of what was truncated.
  var content: FileContent
  var identity: FileIdentity
  var fingerprint: Fingerprint
  var groups: [ReadGroup]
  /// One per client.
  var ledgers: [AckLedger]
  var phase = Phase.current
  /// When it left its path, on the monotonic clock: nanoseconds.
  var rotatedSince: Int64 = 0
  /// Its file system gives less than is there.
  var isReadInPieces = false
  /// What it was at the last poll.
  var polled: FileStatus?
  /// When it was looked at last: nanoseconds since 1970.
  var lookedAt: Int64 = 0
  /// When lines of it were read last, on the monotonic clock: nanoseconds.
  var readAt: Int64 = .min / 2
  /// Its content is gone: nothing more is read, only acknowledgements are awaited.
  var isExhausted = false
  /// Its content is a copy that a tool made: written anew, it is the copy of something else.
  var isReadFromCopy = false
  /// Holds the same lines as another file of the target, which is where they are read: nothing is read here.
  var isCopy = false
  /// The name of the file that this one may be a copy of.
  var original: FileKey?
  /// Must be at its end before this one is read, so that a stream's order holds.
  weak var predecessor: TailedFile?
  /// Waits for this one to be at its end.
  weak var successor: TailedFile?
  let position: PositionHandle
  /// Where reading began for the client that was furthest behind: bytes; of compressed files, lines.
  let begunAt: UInt64
  /// What the last run knew of it.
  var resumedFrom: FilePosition?
  var watch: Int32?
  var isQueued = false
  /// Waits for a lane to have room.
  var isBlocked = false
  /// Stands among those that wait for room.
  var isInLine = false
  /// Had little to read when it began to wait.
  var hasLittle = false
  var isAtEnd = false
  /// Was not read on at once after the last look, so that it may have become another meanwhile.
  var hasRested = true
  /// What lay under its path after it was written later than this: nanoseconds since 1970.
  var cameAfter: Int64 = 0
  /// The last read failed, and it was told of.
  var isFailing = false
  /// Not read before, on the monotonic clock: nanoseconds.
  var notBefore: Int64 = 0
  /// The read time that the next chunk may not be before, so that times do not repeat: nanoseconds since 1970.
  var nextReadTime: Int64 = 0
  /// When stretches were read that are not acknowledged yet, also before a crash.
  var stamps: ReadStamps
  /// What its lines are written in, where they are not taken as they are.
  var encoding: TextEncoding?
  /// Positions count lines, as those of compressed files do (recorded: files/decompress-gzip-by-path).
  let countsLines: Bool
  var series: FileSeries

  init(
    number: UInt32, life: UInt32, sighting: FileSighting, labels: LabelSet, content: FileContent,
    fingerprint: Fingerprint,
    stamps: ReadStamps, groups: [ReadGroup], ledgers: [AckLedger], position: PositionHandle, countsLines: Bool,
    series: FileSeries
  ) {
    self.number = number
    self.life = life
    key = sighting.key
    target = sighting.target
    self.labels = labels
    self.content = content
    identity = sighting.identity
    self.fingerprint = fingerprint
    self.stamps = stamps
    self.groups = groups
    begunAt = groups.lazy.map(\.offset).min() ?? 0
    self.ledgers = ledgers
    self.position = position
    self.countsLines = countsLines
    self.series = series
  }

  var isRotated: Bool {
    if case .rotated = phase { return true }
    return false
  }

  /// There was nothing more to read when it was tried last, and nothing keeps it from being read.
  var isSettled: Bool {
    !isBlocked && !isFailing && notBefore == 0 && isAtEnd && groups.indices.allSatisfy { groups[$0].isAtEnd }
  }

  /// Whether nothing was written since it was read last, as far as times tell: what is written over old bytes in the same tick
  /// of the clock that files are stamped with is told by the kernel's events alone.
  func isUntouched(_ now: FileStatus) -> Bool {
    guard let polled else { return false }
    return now.modified >= polled.modified && now.modified < lookedAt
  }

  /// Whether all of a size was looked at, the beginning of a line included.
  func isRead(to size: UInt64) -> Bool {
    countsLines || groups.indices.allSatisfy { groups[$0].offset + UInt64(groups[$0].searched) >= size }
  }

  /// Everything that was read is acknowledged by every client.
  var isAcked: Bool { ledgers.allSatisfy { !$0.hasOpenSpans } }

  /// Bytes of the file that some client has not acknowledged, as far as its size is known.
  var lag: UInt64 {
    if isCopy || isExhausted || countsLines { return 0 }
    let acked = ledgers.lazy.map(\.acked).min() ?? 0
    let size = UInt64(max(0, series.fileBytes.current))
    return size > acked ? size - acked : 0
  }

  /// Clients of a group that are not in `open` stay where they are and follow by themselves.
  func split(_ index: Int, _ open: ClientSet) {
    if open == groups[index].clients { return }
    var behind = groups[index]
    behind.clients.subtract(open)
    behind.isAtEnd = false
    groups[index].clients = open
    groups.append(behind)
  }

  /// Clients that met at the same place, with the same lines held back, go on together.
  func mergeGroups() {
    guard groups.count > 1 else { return }
    var merged: [ReadGroup] = []
    for group in groups {
      let place = merged.firstIndex { $0.offset == group.offset && $0.state.holdsSame(as: group.state) }
      if let place {
        merged[place].clients.formUnion(group.clients)
        merged[place].lanes.merge(group.lanes) { _, new in new }
      } else {
        merged.append(group)
      }
    }
    groups = merged
  }
}
