public import Syscalls

/// What lies in directories, looked at once: many patterns go through the same ones. For a moment, not to be kept.
public final class DirectoryListings {
  private let files: any FileSystem
  private var entries: [String: Result<[DirectoryEntry], Errno>] = [:]
  private var statuses: [String: Result<FileStatus, Errno>] = [:]

  public init(_ files: any FileSystem) { self.files = files }

  func entries(of directory: String) -> Result<[DirectoryEntry], Errno> {
    if let known = entries[directory] { return known }
    let result = files.entries(of: directory)
    entries[directory] = result
    return result
  }

  func status(at path: String) -> Result<FileStatus, Errno> {
    if let known = statuses[path] { return known }
    let result = files.status(at: path)
    statuses[path] = result
    return result
  }
}
