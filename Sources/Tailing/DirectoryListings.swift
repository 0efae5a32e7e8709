public import Syscalls

/// What lies in directories, looked at once: many patterns go through the same ones. For a moment, not to be kept.
public final class DirectoryListings: GlobReading {
  private let files: any FileSystem
  private var entries: [String: [DirectoryEntry]] = [:]
  private var statuses: [String: FileStatus?] = [:]

  public init(_ files: any FileSystem) { self.files = files }

  func entries(of directory: String, for place: Glob.Place) -> [DirectoryEntry] {
    if let known = entries[directory] { return known }
    let found = (try? files.entries(of: directory).get()) ?? []
    entries[directory] = found
    return found
  }

  func status(at path: String) -> FileStatus? {
    if let known = statuses[path] { return known }
    let status = try? files.status(at: path).get()
    statuses[path] = .some(status)
    return status
  }

  func depend(on directory: String, for place: Glob.Place) {}
}
