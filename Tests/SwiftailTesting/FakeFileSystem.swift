import Synchronization
public import Syscalls

/// A file system in memory, with faults: what tests put in the kernel's place.
///
/// Paths are absolute and clean. Open files stay readable after they were renamed or removed, as with the real one.
public final class FakeFileSystem: FileSystem {
  /// The calls that can be made to fail.
  public enum Operation: Hashable, Sendable {
    case open, read, status, entries, replace, rename, append, truncate
  }

  private final class Node {
    let inode: UInt64
    var bytes: [UInt8]
    var modified: Int64 = 0
    var links = 1

    init(_ inode: UInt64, _ bytes: [UInt8]) {
      self.inode = inode
      self.bytes = bytes
    }
  }

  private struct State {
    var paths: [String: Node] = [:]
    /// When a name came to them or left them last: nanoseconds since 1970.
    var directories: [String: Int64] = ["/": 0]
    var open: [Int32: Node] = [:]
    var nextInode: UInt64 = 100
    var nextDescriptor: Int32 = 1000
    var faults: [Operation: Errno] = [:]
    var longestRead = Int.max
    /// Times of directories stay as they are, as on some network file systems.
    var stampsNoDirectories = false
    var listings = 0

    mutating func namesChanged(_ path: String, _ now: Int64) {
      if stampsNoDirectories { return }
      let cut = path.lastIndex(of: "/") ?? path.startIndex
      directories[cut == path.startIndex ? "/" : String(path[..<cut])] = now
    }
  }
  private let state = Mutex(State())
  private let now: @Sendable () -> Int64

  /// - Parameter now: what files are stamped with when they are written: nanoseconds since 1970.
  public init(now: @escaping @Sendable () -> Int64 = { 0 }) { self.now = now }

  // MARK: - What a test does

  /// Makes the file, with its directories, or adds to it.
  public func append(_ path: String, _ text: String) { append(path, Array(text.utf8)) }

  public func append(_ path: String, _ bytes: [UInt8]) {
    let now = now()
    state.withLock { state in
      var directory = path
      var created: [String] = []
      while let cut = directory.lastIndex(of: "/"), cut > directory.startIndex {
        directory = String(directory[..<cut])
        if state.directories.updateValue(state.directories[directory] ?? now, forKey: directory) == nil {
          created.append(directory)
        }
      }
      for directory in created { state.namesChanged(directory, now) }
      if let node = state.paths[path] {
        node.bytes += bytes
      } else {
        state.paths[path] = Node(state.nextInode, bytes)
        state.nextInode += 1
        state.namesChanged(path, now)
      }
      state.paths[path]?.modified = now
    }
  }

  /// Adds to a file whatever its name is by now; as a program does that holds it open.
  public func append(inode: UInt64, _ bytes: [UInt8]) {
    let now = now()
    state.withLock { state in
      let all = Array(state.paths.values) + Array(state.open.values)
      guard let node = all.first(where: { $0.inode == inode }) else { return }
      node.bytes += bytes
      node.modified = now
    }
  }

  public func truncate(_ path: String) {
    let now = now()
    state.withLock {
      $0.paths[path]?.bytes = []
      $0.paths[path]?.modified = now
    }
  }

  public func bytes(_ path: String) -> [UInt8]? { state.withLock { $0.paths[path]?.bytes } }

  public func inode(_ path: String) -> UInt64? { state.withLock { $0.paths[path]?.inode } }

  /// Whether the program holds the file open.
  public func isOpen(inode: UInt64) -> Bool { state.withLock { $0.open.values.contains { $0.inode == inode } } }

  public var openCount: Int { state.withLock { $0.open.count } }

  /// What the end of a process does to its descriptors.
  public func closeAll() { state.withLock { $0.open.removeAll() } }

  /// When the file was written last, as a tool sets it that keeps the times of what it copies.
  public func setModified(_ path: String, _ time: Int64) { state.withLock { $0.paths[path]?.modified = time } }

  public func modified(_ path: String) -> Int64? { state.withLock { $0.paths[path]?.modified } }

  /// Every call of this kind fails from now on; nil ends it.
  public func fail(_ operation: Operation, with error: Errno?) { state.withLock { $0.faults[operation] = error } }

  /// Reads give no more than so many bytes at once.
  public func limitReads(to bytes: Int) { state.withLock { $0.longestRead = bytes } }

  /// The times of directories do not change any more.
  public func stampNoDirectories() { state.withLock { $0.stampsNoDirectories = true } }

  /// How often a directory was read.
  public var listings: Int { state.withLock { $0.listings } }

  public func text(_ path: String) -> String? {
    state.withLock { $0.paths[path].map { String(decoding: $0.bytes, as: UTF8.self) } }
  }

  // MARK: - What the program calls

  private func attempt<T: Sendable>(_ operation: Operation, _ body: (inout State) -> Result<T, Errno>) -> Result<
    T, Errno
  > {
    state.withLock { state in
      if let fault = state.faults[operation] { return .failure(fault) }
      return body(&state)
    }
  }

  public func openForReading(_ path: String) -> Result<FileHandle, Errno> {
    attempt(.open) { state in
      guard let node = state.paths[path] else { return .failure(.noSuchFile) }
      state.nextDescriptor += 1
      state.open[state.nextDescriptor] = node
      return .success(FileHandle(descriptor: state.nextDescriptor))
    }
  }

  public func close(_ file: FileHandle) { state.withLock { _ = $0.open.removeValue(forKey: file.descriptor) } }

  public func read(_ file: FileHandle, at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer)
    -> Result<Int, Errno>
  {
    state.withLock { state in
      if let fault = state.faults[.read] { return .failure(fault) }
      guard let node = state.open[file.descriptor], offset < UInt64(node.bytes.count) else { return .success(0) }
      let part = node.bytes[Int(offset)...].prefix(min(buffer.count, state.longestRead))
      buffer.copyBytes(from: part)
      return .success(part.count)
    }
  }

  public func status(of file: FileHandle) -> Result<FileStatus, Errno> {
    attempt(.status) { state in state.open[file.descriptor].map { .success(Self.status($0)) } ?? .failure(.noSuchFile) }
  }

  public func status(at path: String) -> Result<FileStatus, Errno> {
    attempt(.status) { state in
      if let node = state.paths[path] { return .success(Self.status(node)) }
      guard let modified = state.directories[path] else { return .failure(.noSuchFile) }
      let identity = FileIdentity(device: 2, inode: UInt64(bitPattern: Int64(path.hashValue)))
      return .success(FileStatus(kind: .directory, identity: identity, size: 0, modified: modified, links: 1))
    }
  }

  private static func status(_ node: Node) -> FileStatus {
    FileStatus(
      kind: .regular, identity: FileIdentity(device: 1, inode: node.inode), size: UInt64(node.bytes.count),
      modified: node.modified, links: UInt64(node.links))
  }

  public func entries(of directory: String) -> Result<[DirectoryEntry], Errno> {
    attempt(.entries) { state in
      state.listings += 1
      guard state.directories[directory] != nil else { return .failure(.noSuchFile) }
      let prefix = directory == "/" ? "/" : directory + "/"
      func name(_ path: String) -> String? {
        guard path.hasPrefix(prefix), path != directory else { return nil }
        let rest = path.dropFirst(prefix.count)
        return rest.isEmpty || rest.contains("/") ? nil : String(rest)
      }
      let files = state.paths.keys.compactMap(name).map { DirectoryEntry(name: $0, kind: .regular) }
      let directories = state.directories.keys.compactMap(name).map { DirectoryEntry(name: $0, kind: .directory) }
      return .success((files + directories).sorted { $0.name < $1.name })
    }
  }

  public func isSymbolicLink(_ path: String) -> Bool { false }
  public func isLocal(_ directory: String) -> Bool { false }

  public func realPath(_ path: String) -> Result<String, Errno> { status(at: path).map { _ in path } }

  public func readWhole(_ path: String) -> Result<[UInt8], Errno> {
    attempt(.read) { state in state.paths[path].map { .success($0.bytes) } ?? .failure(.noSuchFile) }
  }

  public func replace(_ path: String, with bytes: [UInt8], mode: UInt32) -> Result<Void, Errno> {
    let now = now()
    return state.withLock { state in
      if let fault = state.faults[.replace] { return .failure(fault) }
      state.paths[path]?.links -= 1
      state.paths[path] = Node(state.nextInode, bytes)
      state.paths[path]?.modified = now
      state.nextInode += 1
      state.namesChanged(path, now)
      return .success(())
    }
  }

  public func append(_ path: String, _ bytes: [UInt8], mode: UInt32) -> Result<Void, Errno> {
    if let fault = state.withLock({ $0.faults[.replace] }) { return .failure(fault) }
    append(path, bytes)
    return .success(())
  }

  public func appendSynced(_ path: String, _ bytes: [UInt8], mode: UInt32) -> Result<Void, Errno> {
    if let fault = state.withLock({ $0.faults[.append] }) {
      // A full disk takes what fits.
      append(path, Array(bytes.prefix(bytes.count / 2)))
      return .failure(fault)
    }
    append(path, bytes)
    return .success(())
  }

  public func truncate(_ path: String, to length: UInt64) -> Result<Void, Errno> {
    attempt(.truncate) { state in
      guard let node = state.paths[path] else { return .failure(.noSuchFile) }
      node.bytes = Array(node.bytes.prefix(Int(length)))
      return .success(())
    }
  }

  @discardableResult public func remove(_ path: String) -> Result<Void, Errno> {
    let now = now()
    return state.withLock { state in
      guard let node = state.paths.removeValue(forKey: path) else { return .failure(.noSuchFile) }
      node.links -= 1
      state.namesChanged(path, now)
      return .success(())
    }
  }

  public func makeDirectories(_ path: String) -> Result<Void, Errno> {
    let now = now()
    state.withLock { state in
      if state.directories.updateValue(now, forKey: path) == nil { state.namesChanged(path, now) }
    }
    return .success(())
  }

  public func rename(_ from: String, to: String) -> Result<Void, Errno> {
    let now = now()
    return state.withLock { state in
      if let fault = state.faults[.rename] { return .failure(fault) }
      guard let node = state.paths.removeValue(forKey: from) else { return .failure(.noSuchFile) }
      state.paths[to]?.links -= 1
      state.paths[to] = node
      state.namesChanged(from, now)
      state.namesChanged(to, now)
      return .success(())
    }
  }
}
