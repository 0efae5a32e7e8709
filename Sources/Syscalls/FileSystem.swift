/// What a file is, wherever its name points (design: a file is known by what it is).
public struct FileIdentity: Hashable, Sendable {
  public var device: UInt64
  public var inode: UInt64

  public init(device: UInt64, inode: UInt64) {
    self.device = device
    self.inode = inode
  }

  /// No file has it.
  public static let none = FileIdentity(device: 0, inode: 0)
}

/// What stat(2) tells, as far as tailing needs it.
public struct FileStatus: Equatable, Sendable {
  public enum Kind: Sendable { case regular, directory, other }

  public var kind: Kind
  public var identity: FileIdentity
  /// Bytes.
  public var size: UInt64
  /// Nanoseconds since 1970.
  public var modified: Int64
  /// Names that point to it; 0 once it is deleted.
  public var links: UInt64

  public init(kind: Kind, identity: FileIdentity, size: UInt64, modified: Int64, links: UInt64) {
    self.kind = kind
    self.identity = identity
    self.size = size
    self.modified = modified
    self.links = links
  }
}

/// A name in a directory. `kind` is nil where the file system does not tell, and for symbolic links.
public struct DirectoryEntry: Equatable, Sendable {
  public var name: String
  public var kind: FileStatus.Kind?

  public init(name: String, kind: FileStatus.Kind?) {
    self.name = name
    self.kind = kind
  }
}

/// An open file; its owner closes it through the file system it came from.
public struct FileHandle: Hashable, Sendable {
  public let descriptor: Int32
  public init(descriptor: Int32) { self.descriptor = descriptor }
}

/// The seam between the agent and the kernel's file system: tests put a file system with faults in its place.
///
/// Calls are made per chunk or per file, never per line.
public protocol FileSystem: Sendable {
  func openForReading(_ path: String) -> Result<FileHandle, Errno>
  func close(_ file: FileHandle)
  func read(_ file: FileHandle, at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) -> Result<Int, Errno>
  func status(of file: FileHandle) -> Result<FileStatus, Errno>
  /// Follows symbolic links.
  func status(at path: String) -> Result<FileStatus, Errno>
  func entries(of directory: String) -> Result<[DirectoryEntry], Errno>
  func isSymbolicLink(_ path: String) -> Bool
  /// Whether all that happens in a directory happens through this kernel, so that inotify tells of it: not so where other
  /// machines write too.
  func isLocal(_ directory: String) -> Bool
  /// The path without symbolic links.
  func realPath(_ path: String) -> Result<String, Errno>
  func readWhole(_ path: String) -> Result<[UInt8], Errno>
  /// Replaces the file so that after a power loss there is the old or the new content, never a part:
  /// temporary file, fsync, rename, fsync of the directory.
  func replace(_ path: String, with bytes: [UInt8], mode: UInt32) -> Result<Void, Errno>
  /// Adds to the end of a file, which is made if it is missing. Not synced: it outlives the process, not the power.
  func append(_ path: String, _ bytes: [UInt8], mode: UInt32) -> Result<Void, Errno>
  /// Adds to the end of a file, which is made if it is missing, and waits until it is on the disk. After a failure a part
  /// of it may be there.
  func appendSynced(_ path: String, _ bytes: [UInt8], mode: UInt32) -> Result<Void, Errno>
  /// Cuts a file to a length: bytes.
  func truncate(_ path: String, to length: UInt64) -> Result<Void, Errno>
  func remove(_ path: String) -> Result<Void, Errno>
  /// Makes the missing directories of a path, for their owner alone.
  func makeDirectories(_ path: String) -> Result<Void, Errno>
  func rename(_ from: String, to: String) -> Result<Void, Errno>
}
