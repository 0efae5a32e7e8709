import Positions

/// Which reader reads what lies under a path.
///
/// All that ever lies there is read by one thread, in order, so a path stays with its reader. Each reader that has something to
/// read makes batches of its own: while there is little, one reader has it all, and clients get few requests instead of many.
struct ReaderAssignment {
  /// Of more than this that is to be read the readers take equal shares: bytes.
  static let much: UInt64 = 1 << 20
  /// A reader that works for more than this part of the time gets no more paths while another does less.
  static let busy = 0.5
  /// Paths come and go without end; of so many more than there are, those that are gone are forgotten.
  static let remembered = 16_384

  private var readers: [String: Int32] = [:]
  /// Bytes that were to be read under the paths that each reader got since the last look at everything.
  private var assigned: [UInt64]
  /// How far files were acknowledged when the last run ended, of paths that have no reader yet.
  private var acked: [String: UInt64] = [:]
  /// The part of the time that each reader worked lately.
  private var load: [Double]
  private var worked: [UInt64]
  private var notedAt: Int64

  init(readers: Int, known: [FilePosition], now: Int64) {
    assigned = Array(repeating: 0, count: readers)
    load = Array(repeating: 0, count: readers)
    worked = Array(repeating: 0, count: readers)
    notedAt = now
    if readers > 1 { for position in known { acked[position.path] = max(acked[position.path] ?? 0, position.acked) } }
  }

  /// The reader of a path, for good.
  /// - Parameter size: of the file that lies there: bytes.
  mutating func reader(of path: String, size: UInt64) -> Int {
    if assigned.count == 1 { return 0 }
    if let known = readers[path] { return Int(known) }
    let read = acked.removeValue(forKey: path) ?? 0
    let unread = size > read ? size - read : 0
    let isFirstFree = assigned[0] + unread <= Self.much && load[0] <= Self.busy
    let reader = isFirstFree ? 0 : load.indices.min { (assigned[$0], load[$0]) < (assigned[$1], load[$1]) }!
    assigned[reader] += unread
    readers[path] = Int32(reader)
    return reader
  }

  /// Everything is about to be looked at.
  /// - Parameters:
  ///   - worked: how long each reader has worked so far: nanoseconds.
  ///   - now: on the monotonic clock: nanoseconds.
  mutating func note(worked now: [UInt64], at time: Int64) {
    let passed = Double(max(1, time - notedAt))
    for reader in load.indices { load[reader] = Double(now[reader] &- worked[reader]) / passed }
    worked = now
    notedAt = time
    assigned = Array(repeating: 0, count: assigned.count)
  }

  /// Forgets paths under which nothing lies, if there are many.
  /// - Parameter count: how many paths are in use.
  mutating func forget(beyond count: Int, inUse: () -> Set<String>) {
    if readers.count <= count + Self.remembered { return }
    let inUse = inUse()
    readers = readers.filter { inUse.contains($0.key) }
  }

  /// What the last run knew is of no more use: whoever comes now was written since.
  mutating func forgetLastRun() { acked = [:] }
}
