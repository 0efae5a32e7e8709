import Bytes
import Glibc
import LogModel
import Pipeline
import Syscalls

// What happens without a line: files go on when there is room or a rate allows, and held blocks are let go.
extension Reader {
  /// How long a block that is due waits where its file cannot be looked at: nanoseconds.
  private static let blockedWait: Int64 = 250_000_000

  // MARK: - Room

  /// A file that found no room keeps its place among those that wait, and one that found some goes behind them, so that each
  /// has its turn.
  mutating func lineUp(_ file: TailedFile) {
    if file.isInLine { return }
    file.isInLine = true
    blocked.append(file)
  }

  mutating func leaveTheLine(_ file: TailedFile) {
    guard file.isInLine, let place = blocked.firstIndex(where: { $0 === file }) else { return }
    file.isInLine = false
    blocked.remove(at: place)
  }

  /// There may be room: files that wait for it are read before others.
  mutating func letTheLineGoOn() {
    if blocked.isEmpty || isDraining { return }
    let others = ready.filter { !$0.isInLine }
    ready.removeAll(keepingCapacity: true)
    for file in blocked { file.isQueued = false }
    // A quiet file's lines do not wait until many busy ones had their turn.
    for file in blocked where file.hasLittle { enqueue(file) }
    for file in blocked { enqueue(file) }
    ready += others
  }

  // MARK: - Time

  /// Whether a rate keeps the file from being read on.
  func isPaused(_ file: TailedFile) -> Bool {
    var until: Int64 = 0
    for index in file.groups.indices { until = max(until, file.groups[index].state.pausedUntil) }
    return until > 0 && until > monotonic
  }

  /// Looks at the files whose time has come.
  mutating func handleDue(_ now: Int64) {
    nextDue = .max
    if isDraining { return }
    for case let file? in files {
      for index in file.groups.indices {
        let until = file.groups[index].state.pausedUntil
        if until > 0, until <= now, !file.groups[index].isAtEnd { enqueueNow(file) }
      }
      if file.groups.indices.contains(where: { (file.groups[$0].nextFlush ?? .max) <= now }) { flushDue(file, now) }
      for index in file.groups.indices {
        guard let due = file.groups[index].due(after: now) else { continue }
        nextDue = min(nextDue, max(due, now + (due <= now ? Self.blockedWait : 0)))
      }
    }
  }

  /// Lets held blocks go if no more lines are there: time does not count while the file could not be read.
  private mutating func flushDue(_ file: TailedFile, _ now: Int64) {
    if read(file) { enqueueNow(file) }
    for index in file.groups.indices where file.groups[index].isAtEnd {
      guard (file.groups[index].nextFlush ?? .max) <= now else { continue }
      let open = clientsWithRoom(file, index)
      if open.isEmpty { continue }
      file.split(index, open)
      flush(file, index, isDone: false, now: now)
    }
  }

  /// Lets go of everything that is held of a file from which no line will follow.
  mutating func letGo(_ file: TailedFile) {
    for index in file.groups.indices where file.groups[index].hold != nil {
      flush(file, index, isDone: true, now: monotonic)
    }
  }

  private mutating func flush(_ file: TailedFile, _ index: Int, isDone: Bool, now: Int64) {
    block.removeAll()
    runner(file.target.job).flush(
      isDone: isDone, now: now, readTime: setup.clocks.wall(), state: &file.groups[index].state, streams: &streams,
      into: &block)
    deliver(
      file, index, file.groups[index].clients, chunk: UnsafePointer(block.made.base),
      offset: file.groups[index].offset, now: now)
  }
}

extension ReadGroup {
  /// When something has to be done about the group although nothing was written, on the monotonic clock: nanoseconds.
  mutating func due(after now: Int64) -> Int64? {
    let flush = state.nextFlush
    guard state.pausedUntil > now else { return flush }
    return min(flush ?? .max, state.pausedUntil)
  }
}
