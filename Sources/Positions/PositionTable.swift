import Synchronization
public import Syscalls

/// All positions of the process: readers report acknowledged offsets, the keeper writes them down.
public final class PositionTable: Sendable {
  private struct State {
    var rows = PositionRows()
    /// From the positions file at the start, not (yet) taken over by a reader.
    var inherited: [String: String] = [:]
    /// The same, of paths that a reader holds; another job may take them over too.
    var takenOver: [String: String] = [:]
    /// From the identity file at the start, not (yet) taken over by a reader.
    var known = KnownFiles()
    /// Paths whose entry is not what the identity file would have given them: someone else wrote positions.yaml since.
    var foreign: Set<String> = []
    /// Paths under which a job has found a file since the start.
    var found: Set<FinishedFiles.Key> = []
    var finished = FinishedFiles()
    var sources = SourceTable()
    var saved: Int64?
    var isDirty = false
    /// A file was taken over that is not on disk yet.
    var hasNew = false
    /// Stamps that are not on disk yet.
    var unsaved: [(handle: PositionHandle, stamp: ReadStamp)] = []

    func inherited(_ path: String) -> String? { inherited[path] ?? takenOver[path] }

    mutating func forgetInherited(_ path: String) {
      inherited[path] = nil
      takenOver[path] = nil
    }

    /// Paths of which something is kept although no reader holds the file there.
    var unreadPaths: Set<String> {
      var paths = Set(inherited.keys.lazy.filter { !PositionTable.isNoFile($0) })
      paths.formUnion(finished.byKey.keys.lazy.map(\.path))
      if !paths.isEmpty { rows.forEach { if !$0.isRotated { paths.remove($0.path) } } }
      return paths
    }

    mutating func forget(paths gone: Set<String>) {
      let entries = gone.filter { inherited[$0] != nil }
      for path in entries {
        forgetInherited(path)
        foreign.remove(path)
      }
      found = found.filter { !entries.contains($0.path) }
      known.removeCurrent(paths: entries)
      var read: Set<String> = []
      rows.forEach { read.insert($0.path) }
      finished.forget { gone.contains($0.path) && !read.contains($0.path) }
    }

    /// What positions.yaml holds, by path.
    func entries(_ files: [FilePosition]) -> [PositionsSnapshot.Entry] {
      var entries: [PositionsSnapshot.Entry] = []
      entries.reserveCapacity(files.count)
      for file in files where !file.isRotated {
        if let last = entries.last, last.key == file.path {
          entries[entries.count - 1].offset = min(last.offset, file.acked)
        } else {
          entries.append(.init(key: file.path, offset: file.acked))
        }
      }
      return entries
    }
  }
  private let state: Mutex<State>

  public init(_ stored: StoredPositions = StoredPositions()) {
    var state = State()
    state.inherited = stored.entries
    state.known = KnownFiles(stored.files)
    state.finished = stored.finished
    state.sources = SourceTable(stored)
    state.saved = stored.saved
    var written: [String: UInt64] = [:]
    for file in stored.files where !file.isRotated { written[file.path] = min(written[file.path] ?? .max, file.acked) }
    state.foreign = Set(stored.entries.filter { UInt64($0.value) != written[$0.key] }.keys)
    self.state = Mutex(state)
  }

  /// When the last run saved its positions, in nanoseconds since 1970; nil for a first run.
  public var savedByLastRun: Int64? { state.withLock { $0.saved } }

  /// What the last run knew of a path and job: the file under that path, and those rotated away from it.
  public func known(path: String, job: String) -> [FilePosition] {
    state.withLock { $0.known.of(path: path, job: job) }
  }

  /// The files that the last run knew and nobody has taken over.
  public var known: [FilePosition] { state.withLock { $0.known.all } }

  /// What the last run knew of a file by another path, under which it lies no longer: it was renamed since.
  public func known(identity: FileIdentity, job: String) -> [FilePosition] {
    state.withLock { $0.known.of(identity: identity, job: job) }
  }

  /// What the last run knew of a file is taken over, or the file is gone.
  public func forgetKnown(_ position: FilePosition) {
    state.withLock { state in
      state.known.remove(path: position.path, job: position.job, identity: position.identity)
      state.isDirty = true
    }
  }

  /// What files began with that once lay under the path and were read to their end.
  public func finished(path: String, job: String) -> [Fingerprint] {
    state.withLock { $0.finished[.init(path: path, job: job)] }
  }

  /// What positions.yaml said for a path, if it is a number; for the file that lay there when the last run ended, and so
  /// only until a job has found a file there.
  public func inherited(path: String, job: String) -> UInt64? {
    state.withLock {
      $0.found.contains(.init(path: path, job: job)) ? nil : $0.inherited(path).flatMap { UInt64($0) }
    }
  }

  /// Whether positions.yaml is the newer word about a path.
  public func isForeign(path: String) -> Bool { state.withLock { $0.foreign.contains(path) } }

  /// A job has looked for the file of a path.
  public func noteFound(path: String, job: String) {
    // Only where there is something to inherit: paths come and go without end.
    state.withLock { if $0.inherited(path) != nil { $0.found.insert(.init(path: path, job: job)) } }
  }

  /// A reader takes a file over.
  public func register(_ position: FilePosition) -> PositionHandle {
    state.withLock {
      $0.known.remove(path: position.path, job: position.job, identity: position.identity)
      if let entry = $0.inherited.removeValue(forKey: position.path) { $0.takenOver[position.path] = entry }
      $0.isDirty = true
      $0.hasNew = true
      return $0.rows.add(position)
    }
  }

  /// What the file begins with can be told now.
  public func note(_ handle: PositionHandle, _ fingerprint: Fingerprint) {
    state.withLock { state in
      let before = state.rows.change(handle) { position in
        defer { position.fingerprint = fingerprint }
        return position.fingerprint
      }
      guard let before else { return }
      state.isDirty = true
      if before.length < Fingerprint.telling, fingerprint.length >= Fingerprint.telling { state.hasNew = true }
    }
  }

  /// Whether files were taken over since the last call: if the process dies, they are to be known at the next start.
  func takeHasNew() -> Bool {
    state.withLock { state in
      defer { state.hasNew = false }
      return state.hasNew
    }
  }

  public func update(_ handle: PositionHandle, _ change: (inout FilePosition) -> Void) {
    state.withLock {
      let changed: Void? = $0.rows.change(handle) { position in
        change(&position)
        position.stamps.forget(before: position.acked)
      }
      if changed != nil { $0.isDirty = true }
    }
  }

  /// A stretch of the file was read.
  /// - Parameter isNeeded: lines of it have their time by that, which must not be forgotten once they are sent.
  public func note(_ handle: PositionHandle, _ stamp: ReadStamp, isNeeded: Bool) {
    state.withLock {
      let changed: Void? = $0.rows.change(handle) { $0.stamps.add(stamp) }
      if changed != nil, isNeeded { $0.unsaved.append((handle, stamp)) }
    }
  }

  /// The lines that the journal lacks.
  func takeUnsavedStamps() -> [UInt8] {
    state.withLock { state in
      defer { state.unsaved.removeAll(keepingCapacity: true) }
      if state.unsaved.isEmpty { return [] }
      var text = PositionText()
      for (handle, stamp) in state.unsaved {
        if let file = state.rows[handle] { IdentityFile.appendJournalLine(file, stamp, to: &text) }
      }
      return text.bytes
    }
  }

  /// The file is done with, or gone: nothing but its beginning is remembered.
  public func forget(_ handle: PositionHandle) {
    state.withLock {
      if let row = $0.rows.remove(handle) {
        $0.forgetInherited(row.path)
        $0.finished.add(row.fingerprint, .init(path: row.path, job: row.job))
      }
      $0.isDirty = true
    }
  }

  /// The file is no longer read but still there: its position stays in positions.yaml.
  public func release(_ handle: PositionHandle) {
    state.withLock {
      guard let row = $0.rows.remove(handle) else { return }
      $0.known.append(row)
      if !row.isRotated { $0.inherited[row.path] = String(row.acked) }
      $0.isDirty = true
    }
  }

  /// What to write, or nil when nothing changed since the last call.
  /// - Parameter exists: whether a path that no reader holds is still there; entries of others vanish.
  func takeChanges(exists: (String) -> Bool) -> PositionsSnapshot? {
    guard let unread = state.withLock({ $0.isDirty ? $0.unreadPaths : nil }) else { return nil }
    let gone = unread.filter { !exists($0) }
    return state.withLock { state in
      if !gone.isEmpty { state.forget(paths: gone) }
      state.isDirty = false
      let files = state.rows.sorted(with: state.known.all)
      return PositionsSnapshot(
        entries: state.entries(files), others: state.inherited.merging(state.sources.entries) { $1 }, files: files,
        finished: state.finished, sources: state.sources.places)
    }
  }

  // MARK: - Sources that are no files

  /// Where a source is to be read on for a client; nil at the first time.
  public func place(of key: SourceKey, client: String) -> SourcePlace? {
    state.withLock { state in
      state.sources.place(of: key, client: client)
        ?? state.inherited(key.entry).map { SourcePlace(entry: $0) }
    }
  }

  /// The same for a client that is about to read, and whose place is known from now on: one that nothing could be sent to
  /// is not taken for a new one by the next run.
  public func takeUp(_ key: SourceKey, client: String) -> SourcePlace? {
    let place = place(of: key, client: client)
    if place == nil || state.withLock({ $0.sources.places[key]?[client] == nil }) {
      update(key, client: client, place ?? SourceTable.beginning)
    }
    return place
  }

  /// Whether any job has read a source, or someone else did.
  public func knows(entry: String) -> Bool {
    state.withLock { state in
      state.inherited(entry) != nil || state.sources.places.keys.contains { $0.entry == entry }
    }
  }

  /// A client has acknowledged a source up to there.
  public func update(_ key: SourceKey, client: String, _ place: SourcePlace) {
    state.withLock {
      $0.sources.places[key, default: [:]][client] = place
      $0.isDirty = true
    }
  }

  /// Only these clients count for a source from now on.
  public func keep(_ key: SourceKey, clients: [String]) {
    state.withLock { state in
      guard let places = state.sources.places[key], places.contains(where: { !clients.contains($0.key) }) else {
        return
      }
      state.sources.places[key] = places.filter { clients.contains($0.key) }
      state.isDirty = true
    }
  }

  /// The source is gone for good.
  public func forget(_ key: SourceKey, client: String) {
    state.withLock {
      $0.sources.places[key]?[client] = nil
      if $0.sources.places[key]?.isEmpty ?? true {
        $0.sources.places[key] = nil
        $0.forgetInherited(key.entry)
      }
      $0.isDirty = true
    }
  }

  func markDirty() { state.withLock { $0.isDirty = true } }

  /// `cursor-…` and `journal-…` are keys of other inputs (recorded: positions/cursor-and-journal-entries-are-kept).
  fileprivate static func isNoFile(_ key: String) -> Bool { key.hasPrefix("cursor-") || key.hasPrefix("journal-") }

  /// The files that are read at present.
  public var files: [FilePosition] { state.withLock { $0.rows.all } }

  /// What was read of a file and not acknowledged by a client.
  public struct Unacked: Sendable {
    public var path: String
    public var client: String
    /// For compressed files: lines.
    public var bytes: UInt64
    /// When the oldest of it was read: nanoseconds since 1970.
    public var since: Int64
  }

  public var unacked: [Unacked] {
    state.withLock { state in
      state.rows.all.flatMap { row in
        row.offsets.sorted { $0.key < $1.key }.compactMap { client, acked in
          guard let last = row.stamps.all.last, last.end > acked,
            let first = row.stamps.all.first(where: { $0.end > acked })
          else { return nil }
          return Unacked(path: row.path, client: client, bytes: last.end - max(acked, first.start), since: first.time)
        }
      }
    }
  }
}
