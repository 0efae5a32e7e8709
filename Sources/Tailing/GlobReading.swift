import Syscalls

/// What a glob asks while it looks for what is there.
protocol GlobReading {
  /// nil where there is nothing, or nothing that can be looked at. Follows symbolic links.
  mutating func status(at path: String) -> FileStatus?
  /// The names in a directory, which decide what is found; none where it cannot be read.
  mutating func entries(of directory: String) -> [DirectoryEntry]
  /// Whether one name is in the directory decides what is found.
  mutating func depend(on directory: String)
}
