import Feeding
import Glibc
import LogModel
import Positions
import Synchronization
import Syscalls
import Telemetry

/// Tells a thread that waits for a journal to end.
final class JournalStop: Sendable {
  let wakeUp: WakeUp
  private let isAsked = Atomic(false)

  init() throws(Errno) { wakeUp = try WakeUp() }

  deinit { wakeUp.close() }

  var isSet: Bool { isAsked.load(ordering: .acquiring) }

  func set() {
    isAsked.store(true, ordering: .releasing)
    wakeUp.signal()
  }
}

/// Follows a journal on a thread of its own: opens it, reads what there is, waits for more, and opens it anew after whatever
/// went wrong.
struct JournalFollower {
  /// How often it is looked whether folders came, went or may be read now: nanoseconds, while reading and while not.
  private static let lookPeriod: Int64 = 10_000_000_000
  private static let troublePeriod: Int64 = 2_000_000_000
  private static let longestPause: Int64 = 60_000_000_000

  let job: String
  let settings: JournalSettings
  let metrics: JournalMetrics?
  let log: Log
  let stop: JournalStop
  /// Takes a chunk; false when the source is to end.
  let deliver: (consuming EntryChunk) -> Bool
  let report: (SourceCondition) -> Void
  /// Where reading goes on.
  var place: SourcePlace?

  /// Where reading begins without a place: nanoseconds since 1970.
  private var oldest: Int64 = 0
  private var pause: Int64 = 0

  init(
    job: String, settings: JournalSettings, place: SourcePlace?, metrics: JournalMetrics?, log: Log, stop: JournalStop,
    deliver: @escaping (consuming EntryChunk) -> Bool, report: @escaping (SourceCondition) -> Void
  ) {
    self.job = job
    self.settings = settings
    self.place = place
    self.metrics = metrics
    self.log = log
    self.stop = stop
    self.deliver = deliver
    self.report = report
  }

  /// Returns when it is stopped. Blocks.
  mutating func run() {
    oldest = Clock.wall() - settings.maxAge
    giveUpOldPlace()
    if place == nil, !noteStart() { return }
    while !stop.isSet {
      do {
        let library = try JournalLibrary.open()
        let folders = JournalFolders(path: settings.path)
        report(folders.trouble.map { .failing($0.text) } ?? .reading)
        if folders.files == 0 {
          wait(Self.troublePeriod)
          continue
        }
        let held = HeldFolders(folders)
        var reader = try JournalReader(library, settings)
        try begin(&reader)
        try follow(&reader, held)
      } catch let error as Errno {
        fail("the journal\(settings.path.isEmpty ? "" : " in \(settings.path)") cannot be read: \(Self.words(error))")
      } catch {
        fail("\(error)")
      }
    }
  }

  /// Where reading begins is a place too: whoever has acknowledged nothing when the agent is started again begins there, not
  /// at an age counted from then on. positions.yaml has no word for it.
  private mutating func noteStart() -> Bool {
    let start = SourcePlace(entry: "", exact: JournalCursor.start(microseconds: oldest / 1_000), time: oldest)
    place = start
    return deliver(EntryChunk(place: start))
  }

  /// A `max_age` that somebody wrote holds for positions too, as Promtail documents it.
  private mutating func giveUpOldPlace() {
    guard settings.isMaxAgeWritten, let known = place else { return }
    let time = JournalCursor(known.cursor).realtime.map { Int64(clamping: $0) &* 1_000 } ?? known.time
    guard time > 0, time < oldest else { return }
    place = nil
    if known.entry.isEmpty { return }
    log.warn(
      "the journal's position is older than max_age: what is older is left out", ("job", job),
      ("position", known.cursor))
  }

  private func begin(_ reader: inout JournalReader) throws(Errno) {
    guard let place else { return try reader.begin(at: oldest) }
    let cursor = JournalCursor(place.cursor)
    if cursor.sequence == nil, let start = cursor.realtime {
      return try reader.begin(at: Int64(clamping: start) &* 1_000)
    }
    do throws(Errno) {
      try reader.begin(behind: place.cursor)
    } catch .invalidArgument {
      log.warn("the journal's position is no cursor: begins by max_age", ("job", job), ("position", place.cursor))
      try reader.begin(at: oldest)
    }
  }

  /// Returns when the journal is to be opened anew, or at the stop.
  private mutating func follow(_ reader: inout JournalReader, _ held: borrowing HeldFolders) throws(Errno) {
    let folders = held.folders
    let period = folders.refused == folders.files ? Self.troublePeriod : Self.lookPeriod
    var nextLook = Clock.monotonic() + period
    var hasWaited = false
    while !stop.isSet {
      if let chunk = try reader.read() {
        count(chunk, reader.leftOut, missed: reader.missed)
        let next = chunk.place
        if !deliver(chunk) { return stop.set() }
        place = next
        pause = 0
      } else if hasWaited {
        // It closes files that are gone, so everything is read before.
        try reader.process()
        hasWaited = false
      } else {
        let now = Clock.monotonic()
        if now >= nextLook {
          nextLook = now + period
          let other = JournalFolders(path: settings.path)
          if other.haveMoved(since: folders) || other.trouble?.kind != folders.trouble?.kind { return }
        }
        try reader.wait(nextLook - now, or: stop.wakeUp)
        hasWaited = true
      }
    }
  }

  private func count(_ chunk: borrowing EntryChunk, _ leftOut: JournalReader.LeftOut, missed: UInt64) {
    if missed > 0 {
      log.warn(
        "entries were gone from the journal before they were read", ("job", job), ("entries", missed),
        ("hint", "keep the journal longer: SystemMaxUse in journald.conf"))
    }
    if leftOut.corrupt > 0 {
      log.warn("damaged entries of the journal are left out", ("job", job), ("entries", leftOut.corrupt))
    }
    guard let metrics else { return }
    metrics.lines.add(chunk.entries.count)
    metrics.noMessage.add(leftOut.noMessage)
    metrics.emptyLabels.add(leftOut.emptyLabels)
    metrics.corrupt.add(leftOut.corrupt)
    metrics.missed.add(missed)
  }

  private mutating func fail(_ text: String) {
    report(.failing(text))
    pause = min(max(pause * 2, 1_000_000_000), Self.longestPause)
    wait(pause)
  }

  private func wait(_ nanoseconds: Int64) {
    var waits = [pollfd(fd: stop.wakeUp.descriptor, events: Int16(POLLIN), revents: 0)]
    _ = poll(&waits, 1, Int32(clamping: nanoseconds / 1_000_000))
  }

  private static func words(_ error: Errno) -> String {
    switch error {
    case .permissionDenied: "\(error); \(JournalFolders.way)"
    case .badMessage: "one of its files is damaged, or was cut short while it was read; it is opened anew"
    case .tooManyOpenFiles: "\(error); raise the limit of open files (LimitNOFILE)"
    default: "\(error)"
    }
  }
}

extension SourcePlace {
  /// Promtail's positions hold the same cursor.
  fileprivate var cursor: String { exact.isEmpty ? entry : exact }
}
