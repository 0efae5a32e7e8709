import AgentConfiguration
import CSystemd
import Glibc
import Syscalls

/// An open journal and a place in it. Belongs to one thread (sd-journal(3), "Thread safety").
///
/// Errors are those of libsystemd: `EBADMSG` for a file that is damaged.
struct JournalHandle: ~Copyable {
  /// What `process` saw.
  enum Change { case none, appended, filesChanged }

  private let journal: OpaquePointer
  private let library: JournalLibrary

  /// - Parameters:
  ///   - path: the folder; empty for the machine's own journal.
  ///   - matches: which entries; none for all.
  init(_ library: JournalLibrary, path: String, matches: [JournalConfiguration.Match]) throws(Errno) {
    journal = try Self.open(library.functions, path, matches)
    self.library = library
  }

  private static func open(
    _ functions: csystemd_journal, _ path: String, _ matches: [JournalConfiguration.Match]
  ) throws(Errno) -> OpaquePointer {
    var opened: OpaquePointer?
    // SD_JOURNAL_LOCAL_ONLY; a folder is taken as it is, whichever machines wrote in it.
    let status = path.isEmpty ? functions.open(&opened, 1) : functions.open_directory(&opened, path, 0)
    try check(status)
    guard let opened else { throw Errno(ENOMEM) }
    do throws(Errno) {
      // Fields are whole, however long.
      try check(functions.set_data_threshold(opened, 0))
      for match in matches {
        switch match {
        case .or: try check(functions.add_disjunction(opened))
        case .field(let text):
          let bytes = Array(text.utf8)
          try check(functions.add_match(opened, bytes, bytes.count))
        }
      }
    } catch {
      functions.close(opened)
      throw error
    }
    return opened
  }

  deinit { library.functions.close(journal) }

  /// Goes to the next entry.
  /// - Returns: false when there is none yet.
  mutating func next() throws(Errno) -> Bool { try Self.check(library.functions.next(journal)) > 0 }

  /// Microseconds since 1970 at which the journal took the entry.
  var realtime: UInt64 {
    get throws(Errno) {
      var microseconds: UInt64 = 0
      try Self.check(library.functions.get_realtime_usec(journal, &microseconds))
      return microseconds
    }
  }

  /// Names the entry, so that it is found again.
  var cursor: String {
    get throws(Errno) {
      var text: UnsafeMutablePointer<CChar>?
      try Self.check(library.functions.get_cursor(journal, &text))
      guard let text else { throw Errno(ENOMEM) }
      defer { free(text) }
      return String(cString: text)
    }
  }

  /// Makes `next` go to the entry with the cursor or, where that is gone, to the one that comes after its place.
  mutating func seek(cursor: String) throws(Errno) { try Self.check(library.functions.seek_cursor(journal, cursor)) }

  /// Makes `next` go to the first entry from this time on.
  /// - Parameter microseconds: since 1970.
  mutating func seek(realtime microseconds: UInt64) throws(Errno) {
    try Self.check(library.functions.seek_realtime_usec(journal, microseconds))
  }

  /// Whether the present entry is the one with the cursor.
  func isAt(_ cursor: String) throws(Errno) -> Bool {
    try Self.check(library.functions.test_cursor(journal, cursor)) > 0
  }

  /// Makes `nextField` begin at the entry's first field.
  mutating func restartFields() { library.functions.restart_data(journal) }

  /// `NAME=value` of the entry's next field, valid until the next call; nil after the last one.
  @inline(__always)
  mutating func nextField() throws(Errno) -> UnsafeBufferPointer<UInt8>? {
    var data: UnsafeRawPointer?
    var length = 0
    let status = library.functions.enumerate_data(journal, &data, &length)
    if status == 0 { return nil }
    try Self.check(status)
    return UnsafeBufferPointer(start: data?.assumingMemoryBound(to: UInt8.self), count: length)
  }

  /// Waits until the journal may have more, `stop` is signalled, or the time is over: nanoseconds.
  func wait(_ nanoseconds: Int64, or stop: WakeUp) throws(Errno) {
    let functions = library.functions
    let descriptor = try Self.check(functions.get_fd(journal))
    let events = try Self.check(functions.get_events(journal))
    var until: UInt64 = .max
    try Self.check(functions.get_timeout(journal, &until))
    var milliseconds = Int32(clamping: (nanoseconds + 999_999) / 1_000_000)
    // Where inotify tells nothing, libsystemd wants to look for itself at this time (CLOCK_MONOTONIC, microseconds).
    if until != .max {
      let left = Int64(clamping: until) - Clock.monotonic() / 1_000
      milliseconds = min(milliseconds, Int32(clamping: max(0, left + 999) / 1_000))
    }
    var waits = [
      pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: events), revents: 0),
    ]
    _ = poll(&waits, 2, milliseconds)
  }

  /// Takes note of what has happened to the files. Files that are gone are closed, so everything has to be read before.
  mutating func process() throws(Errno) -> Change {
    switch try Self.check(library.functions.process(journal)) {
    case 0: .none
    case 1: .appended
    default: .filesChanged
    }
  }

  @discardableResult @inline(__always)
  private static func check(_ status: Int32) throws(Errno) -> Int32 {
    if status < 0 { throw Errno(-status) }
    return status
  }
}
