import Delivery
import LogModel
import Pipeline
import Positions
import Syscalls
public import Telemetry

/// Where a group of clients is in a file. Clients in step share one read and one pass through the pipeline; one that
/// falls behind goes on in a group of its own until it has caught up.
struct ReadGroup {
  var clients: ClientSet
  /// The next byte to read.
  var offset: UInt64
  /// Bytes from `offset` on that are known to hold no line end.
  var searched: Int = 0
  /// There was nothing more to read when it was tried last.
  var isAtEnd = false
  var state: PipelineState
  /// The lanes that the file's last lines went to, by client: what must have room before more is read.
  var lanes: [Int: [Int]] = [:]
}

/// An open file that is being read. Owned by one reader's thread.
final class TailedFile {
  enum Phase {
    case current
    /// No longer under its path; read to its end and then let go.
    case rotated(quietSince: Int64)
  }

  let number: UInt32
  /// Counts truncations and reuses of `number`, so that late acknowledgements do not move another file's position.
  var life: UInt32
  /// Its present name, or the last one it had.
  var key: FileKey
  let target: FileTarget
  let handle: FileHandle
  let identity: FileIdentity
  var fingerprint: Fingerprint
  var groups: [ReadGroup]
  /// One per client.
  var ledgers: [AckLedger]
  var phase = Phase.current
  /// Must be at its end before this one is read, so that a stream's order holds.
  weak var predecessor: TailedFile?
  /// Waits for this one to be at its end.
  weak var successor: TailedFile?
  let position: PositionHandle
  var watch: Int32?
  var isQueued = false
  /// Waits for a lane to have room.
  var isBlocked = false
  var isAtEnd = false
  /// The read time that the next chunk may not be before, so that times do not repeat: nanoseconds since 1970.
  var nextReadTime: Int64 = 0
  /// When stretches were read that are not acknowledged yet, also before a crash.
  var stamps: ReadStamps
  /// When a long line without end was looked at last.
  var lastLook: Int64 = 0
  private(set) var readBytes: Gauge
  private(set) var fileBytes: Gauge
  private(set) var readLines: Counter

  init(
    number: UInt32, life: UInt32, sighting: FileSighting, handle: FileHandle, fingerprint: Fingerprint,
    stamps: ReadStamps, groups: [ReadGroup], ledgers: [AckLedger], position: PositionHandle, metrics: TailingMetrics
  ) {
    self.number = number
    self.life = life
    key = sighting.key
    target = sighting.target
    self.handle = handle
    identity = sighting.identity
    self.fingerprint = fingerprint
    self.stamps = stamps
    self.groups = groups
    self.ledgers = ledgers
    self.position = position
    readBytes = metrics.readBytes.with(key.path)
    fileBytes = metrics.fileBytes.with(key.path)
    readLines = metrics.readLines.with(key.path)
  }

  /// The file has another name, under which its figures go on.
  func rename(to key: FileKey, _ metrics: TailingMetrics) {
    self.key = key
    let (read, size) = (readBytes.current, fileBytes.current)
    readBytes = metrics.readBytes.with(key.path)
    fileBytes = metrics.fileBytes.with(key.path)
    readLines = metrics.readLines.with(key.path)
    readBytes.set(read)
    fileBytes.set(size)
  }

  var isRotated: Bool {
    if case .rotated = phase { return true }
    return false
  }

  /// Everything that was read is acknowledged by every client.
  var isAcked: Bool { ledgers.allSatisfy { !$0.hasOpenSpans } }

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

/// The `promtail_*` families about files.
public struct TailingMetrics: Sendable {
  let readBytes: MetricFamily<Gauge>
  let fileBytes: MetricFamily<Gauge>
  let readLines: MetricFamily<Counter>
  let filesActive: Gauge
  let rotatedOpen: Gauge
  let openFailures: Counter
  let truncations: Counter
  let bytes: Counter

  public init(_ registry: MetricRegistry) {
    readBytes = registry.gauge("promtail_read_bytes_total", "Offset up to which a file was read.", labels: ["path"])
    fileBytes = registry.gauge("promtail_file_bytes_total", "Size of a file.", labels: ["path"])
    readLines = registry.counter("promtail_read_lines_total", "Lines read from a file.", labels: ["path"])
    filesActive = registry.gauge("promtail_files_active_total", "Files being read.").with()
    rotatedOpen = registry.gauge(
      "swiftail_rotated_files_open", "Files that are no longer under their path and not finished yet."
    ).with()
    openFailures = registry.counter("swiftail_file_open_failures_total", "Files that could not be opened.").with()
    bytes = registry.counter("swiftail_read_bytes_total", "Bytes read from all files.").with()
    truncations = registry.counter("swiftail_file_truncations_total", "Files that became shorter and were read anew.")
      .with()
  }

  func forget(path: String) {
    readBytes.remove(path)
    fileBytes.remove(path)
    readLines.remove(path)
  }

  public var filesOpen: Int { Int(filesActive.current) }

  /// Bytes read since the start, of all files.
  public var bytesRead: UInt64 { bytes.current }

  /// Bytes that were seen in files and not read yet.
  public var lag: UInt64 {
    let read = Dictionary(readBytes.snapshot().map { ($0.0[0], $0.1.current) }) { a, _ in a }
    return fileBytes.snapshot().reduce(0) { $0 + UInt64(max(0, $1.1.current - (read[$1.0[0]] ?? 0))) }
  }
}
