public import Syscalls
public import Telemetry

/// Positions in Promtail's file, and beside it what that has no place for: docs/formats/positions.md.
public struct PositionsFileStorage: PositionStorage {
  private let path: String
  private let files: any FileSystem
  private let log: Log

  public init(path: String, files: any FileSystem, log: Log) {
    self.path = path
    self.files = files
    self.log = log
  }

  var identityPath: String { path + ".swiftail" }
  private var journalPath: String { identityPath + ".stamps" }

  public func load() throws(PositionStorageError) -> StoredPositions {
    var stored = StoredPositions()
    switch files.readWhole(path) {
    case .failure(.noSuchFile): break
    case .failure(let error): throw PositionStorageError("positions: cannot read \(path): \(error)")
    case .success(let bytes): stored.entries = entries(in: bytes)
    }
    if case .success(let bytes) = files.readWhole(identityPath) {
      if let parsed = IdentityFile.parse(bytes) {
        stored.files = parsed.files
        stored.finished = parsed.finished
        stored.sources = parsed.sources
        if case .success(let status) = files.status(at: identityPath) { stored.saved = status.modified }
      } else {
        let aside = identityPath + ".broken"
        _ = files.replace(aside, with: bytes, mode: 0o600)
        log.warn("identity file is broken and is not used", ("file", identityPath), ("kept_as", aside))
      }
    }
    if case .success(let bytes) = files.readWhole(journalPath) { IdentityFile.addJournal(bytes, to: &stored.files) }
    return stored
  }

  private func entries(in bytes: [UInt8]) -> [String: String] {
    let content = PositionsFile.parse(bytes)
    var entries = content.entries
    if let problem = content.problem {
      let aside = path + ".broken"
      _ = files.replace(aside, with: bytes, mode: 0o600)
      log.warn(
        "positions file is broken; what can be read of it is used", ("file", path), ("line", problem.line),
        ("reason", problem.reason), ("entries", entries.count), ("kept_as", aside))
    }
    for (key, value) in entries where !key.hasPrefix("cursor-") && !key.hasPrefix("journal-") {
      if UInt64(value) == nil {
        log.warn("position is no number; the file is read from its beginning", ("path", key), ("value", value))
        entries[key] = nil
      }
    }
    return entries
  }

  public func save(_ positions: PositionsSnapshot) throws(PositionStorageError) {
    // The identity file first: it is only believed where positions.yaml does not contradict it.
    let parts = [
      (identityPath, IdentityFile.bytes(positions.files, positions.finished, positions.sources)),
      (path, PositionsFile.bytes(positions.entries, positions.others)),
    ]
    for (file, bytes) in parts {
      if case .failure(let error) = files.replace(file, with: bytes, mode: 0o600) {
        throw PositionStorageError("cannot write \(file): \(error)")
      }
    }
    // The identity file holds the stamps now; without a journal there is nothing to begin anew.
    if case .success(let status) = files.status(at: journalPath), status.size > 0 {
      _ = files.replace(journalPath, with: [], mode: 0o600)
    }
  }

  public func append(stamps: [UInt8]) -> Bool {
    if case .success = files.append(journalPath, stamps, mode: 0o600) { return true }
    return false
  }
}
