import Syscalls

/// What a glob asks while it looks for what is there.
protocol GlobReading {
  /// nil where there is nothing, or nothing that can be looked at. Follows symbolic links.
  mutating func status(at path: String) -> FileStatus?
  /// The names in a directory; none where it cannot be read. Those that the glob names at the place decide what is found.
  mutating func entries(of directory: String, for place: Glob.Place) -> [DirectoryEntry]
  /// Whether the name that the glob has at the place is in the directory decides what is found.
  mutating func depend(on directory: String, for place: Glob.Place)
}
