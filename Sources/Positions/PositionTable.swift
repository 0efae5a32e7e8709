import Synchronization
import Syscalls

/// Names a file's row in the table for as long as it is read.
public struct PositionHandle: Hashable, Sendable {
  let row: UInt64
}

/// All positions of the process: readers report acknowledged offsets, the keeper writes them down.
public final class PositionTable: Sendable {
  private struct State {
    var rows: [UInt64: FilePosition] = [:]
    var next: UInt64 = 0
    /// From the positions file at the start, not (yet) taken over by a reader.
    var inherited: [String: String] = [:]
    /// From the identity file at the start, not (yet) taken over by a reader.
    var known: [FilePosition] = []
    var isDirty = false
    /// Stamps that are not on disk yet.
    var unsaved: [(row: UInt64, stamp: ReadStamp)] = []
  }
  private let state: Mutex<State>

  /// - Parameters:
  ///   - inherited: entries of positions.yaml.
  ///   - known: files of the identity file.
  public init(inherited: [String: String] = [:], known: [FilePosition] = []) {
    state = Mutex(State(inherited: inherited, known: known))
  }

  /// What the last run knew of a path and job: the file under that path, and those rotated away from it.
  public func known(path: String, job: String) -> [FilePosition] {
    state.withLock { $0.known.filter { $0.path == path && $0.job == job } }
  }

  /// What positions.yaml said for a path, if it is a number.
  public func inherited(path: String) -> UInt64? {
    state.withLock { $0.inherited[path].flatMap { UInt64($0) } }
  }

  /// A reader takes a file over.
  public func register(_ position: FilePosition) -> PositionHandle {
    state.withLock {
      let row = $0.next
      $0.next += 1
      $0.rows[row] = position
      $0.known.removeAll { $0.path == position.path && $0.job == position.job && $0.identity == position.identity }
      $0.isDirty = true
      return PositionHandle(row: row)
    }
  }

  public func update(_ handle: PositionHandle, _ change: (inout FilePosition) -> Void) {
    state.withLock {
      guard $0.rows[handle.row] != nil else { return }
      change(&$0.rows[handle.row]!)
      $0.rows[handle.row]!.stamps.forget(before: $0.rows[handle.row]!.acked)
      $0.isDirty = true
    }
  }

  /// A stretch of the file was read at a time that must not be forgotten once it is sent.
  public func note(_ handle: PositionHandle, _ stamp: ReadStamp) {
    state.withLock {
      guard $0.rows[handle.row] != nil else { return }
      $0.rows[handle.row]!.stamps.add(stamp)
      $0.unsaved.append((handle.row, stamp))
    }
  }

  /// The lines that the journal lacks.
  func takeUnsavedStamps() -> String {
    state.withLock { state in
      defer { state.unsaved.removeAll(keepingCapacity: true) }
      return state.unsaved.reduce(into: "") { text, one in
        if let file = state.rows[one.row] { text += IdentityFile.journalLine(file, one.stamp) }
      }
    }
  }

  /// The file is done with, or gone: nothing of it is remembered.
  public func forget(_ handle: PositionHandle) {
    state.withLock {
      if let row = $0.rows.removeValue(forKey: handle.row) { $0.inherited[row.path] = nil }
      $0.isDirty = true
    }
  }

  /// The file is no longer read but still there: its position stays in positions.yaml.
  public func release(_ handle: PositionHandle) {
    state.withLock {
      guard let row = $0.rows.removeValue(forKey: handle.row) else { return }
      $0.known.append(row)
      if !row.isRotated { $0.inherited[row.path] = String(row.acked) }
      $0.isDirty = true
    }
  }

  /// What to write, or nil when nothing changed since the last call.
  /// - Parameter exists: whether a path that no reader holds is still there; entries of others vanish.
  func takeChanges(exists: (String) -> Bool) -> (entries: [String: String], files: [FilePosition])? {
    let inherited: [String]? = state.withLock {
      guard $0.isDirty else { return nil }
      return Array($0.inherited.keys)
    }
    guard let inherited else { return nil }
    let gone = inherited.filter { !Self.isNoFile($0) && !exists($0) }
    return state.withLock { state in
      for path in gone { state.inherited[path] = nil }
      state.known.removeAll { known in gone.contains(known.path) && !known.isRotated }
      state.isDirty = false
      var entries = state.inherited
      var offsets: [String: UInt64] = [:]
      for row in state.rows.values where !row.isRotated {
        offsets[row.path] = min(offsets[row.path] ?? .max, row.acked)
      }
      for (path, offset) in offsets { entries[path] = String(offset) }
      return (entries, Array(state.rows.values) + state.known)
    }
  }

  func markDirty() { state.withLock { $0.isDirty = true } }

  /// `cursor-…` and `journal-…` are keys of other inputs (recorded: positions/cursor-and-journal-entries-are-kept).
  private static func isNoFile(_ key: String) -> Bool { key.hasPrefix("cursor-") || key.hasPrefix("journal-") }

  /// Bytes that were acknowledged, summed over files: for the status line.
  public var rows: [FilePosition] { state.withLock { Array($0.rows.values) } }
}
