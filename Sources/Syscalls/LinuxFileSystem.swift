import CLinux
import Glibc

/// The real file system.
public struct LinuxFileSystem: FileSystem {
  public init() {}

  public func openForReading(_ path: String) -> Result<FileHandle, Errno> {
    // O_NONBLOCK: opening a FIFO that matched a glob must not wait for its writer.
    let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK
    // Reading a log is no use of it that its inode must tell of: that would be a write for each. Only owners may say so.
    var opened = retrying { Int(clinux_open(path, flags | Self.noAccessTime, 0)) }
    if case .failure(Errno(EPERM)) = opened { opened = retrying { Int(clinux_open(path, flags, 0)) } }
    return opened.map { FileHandle(descriptor: Int32($0)) }
  }

  /// `O_NOATIME`, which Swift's Glibc does not show.
  private static let noAccessTime: Int32 = 0o1_000_000

  public func close(_ file: FileHandle) { _ = Glibc.close(file.descriptor) }

  public func read(_ file: FileHandle, at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer)
    -> Result<Int, Errno>
  {
    retrying { pread(file.descriptor, buffer.baseAddress, buffer.count, off_t(offset)) }
  }

  public func status(of file: FileHandle) -> Result<FileStatus, Errno> {
    var raw = stat()
    return retrying { Int(fstat(file.descriptor, &raw)) }.map { _ in FileStatus(raw) }
  }

  public func status(at path: String) -> Result<FileStatus, Errno> {
    var raw = stat()
    return retrying { Int(stat(path, &raw)) }.map { _ in FileStatus(raw) }
  }

  public func entries(of directory: String) -> Result<[DirectoryEntry], Errno> {
    guard let stream = opendir(directory) else { return .failure(.last) }
    defer { closedir(stream) }
    var found: [DirectoryEntry] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name == "." || name == ".." { continue }
      let kind: FileStatus.Kind? =
        switch Int(entry.pointee.d_type) {
        case Int(DT_REG): .regular
        case Int(DT_DIR): .directory
        case Int(DT_LNK), Int(DT_UNKNOWN): nil
        default: .other
        }
      found.append(DirectoryEntry(name: name, kind: kind))
    }
    return .success(found)
  }

  public func isSymbolicLink(_ path: String) -> Bool {
    var raw = stat()
    return lstat(path, &raw) == 0 && raw.st_mode & S_IFMT == S_IFLNK
  }

  public func isLocal(_ directory: String) -> Bool { Self.local.contains(clinux_file_system(directory)) }

  /// ext2 to ext4, XFS, Btrfs, F2FS, tmpfs: linux/magic.h.
  private static let local: Set<UInt32> = [0xef53, 0x5846_5342, 0x9123_683e, 0xf2f5_2010, 0x0102_1994]

  public func realPath(_ path: String) -> Result<String, Errno> {
    guard let real = Glibc.realpath(path, nil) else { return .failure(.last) }
    defer { free(real) }
    return .success(String(cString: real))
  }

  public func readWhole(_ path: String) -> Result<[UInt8], Errno> {
    switch openForReading(path) {
    case .failure(let error): return .failure(error)
    case .success(let file):
      defer { close(file) }
      var whole: [UInt8] = []
      while true {
        var failed: Errno?
        let part = [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
          switch read(file, at: UInt64(whole.count), into: UnsafeMutableRawBufferPointer(buffer)) {
          case .success(let got): count = got
          case .failure(let error): failed = error
          }
        }
        if let failed { return .failure(failed) }
        if part.isEmpty { return .success(whole) }
        whole += part
      }
    }
  }

  public func replace(_ path: String, with bytes: [UInt8], mode: UInt32) -> Result<Void, Errno> {
    let temporary = path + ".new"
    switch retrying({ Int(clinux_open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)) }) {
    case .failure(let error): return .failure(error)
    case .success(let descriptor):
      let file = Int32(descriptor)
      var written = 0
      while written < bytes.count {
        let got = bytes.withUnsafeBytes { raw in
          retrying { write(file, raw.baseAddress! + written, raw.count - written) }
        }
        switch got {
        case .success(let count): written += count
        case .failure(let error):
          _ = Glibc.close(file)
          unlink(temporary)
          return .failure(error)
        }
      }
      let synced = fsync(file) == 0 ? nil : Errno.last
      _ = Glibc.close(file)
      if let synced {
        unlink(temporary)
        return .failure(synced)
      }
      if case .failure(let error) = rename(temporary, to: path) { return .failure(error) }
      let cut = path.lastIndex(of: "/")
      let directory = cut.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
      if case .success(let handle) = openForReading(directory) {
        fsync(handle.descriptor)
        close(handle)
      }
      return .success(())
    }
  }

  public func append(_ path: String, _ bytes: [UInt8], mode: UInt32) -> Result<Void, Errno> {
    switch retrying({ Int(clinux_open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, mode)) }) {
    case .failure(let error): return .failure(error)
    case .success(let descriptor):
      defer { _ = Glibc.close(Int32(descriptor)) }
      // One call: another process sees all of it or, when the disk is full, a part that has no line end.
      return retrying { bytes.withUnsafeBytes { write(Int32(descriptor), $0.baseAddress, $0.count) } }.flatMap {
        $0 == bytes.count ? .success(()) : .failure(.noSpace)
      }
    }
  }

  public func appendSynced(_ path: String, _ bytes: [UInt8], mode: UInt32) -> Result<Void, Errno> {
    retrying { Int(clinux_open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, mode)) }.flatMap { opened in
      let file = Int32(opened)
      defer { _ = Glibc.close(file) }
      var written = 0
      while written < bytes.count {
        let got = bytes.withUnsafeBytes { raw in
          retrying { write(file, raw.baseAddress! + written, raw.count - written) }
        }
        switch got {
        case .success(let count): written += count
        case .failure(let error): return .failure(error)
        }
      }
      return fdatasync(file) == 0 ? .success(()) : .failure(.last)
    }
  }

  public func truncate(_ path: String, to length: UInt64) -> Result<Void, Errno> {
    retrying { Int(Glibc.truncate(path, off_t(length))) }.map { _ in () }
  }

  public func remove(_ path: String) -> Result<Void, Errno> {
    retrying { Int(unlink(path)) }.map { _ in () }
  }

  public func makeDirectories(_ path: String) -> Result<Void, Errno> {
    var built = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      built += part
      if mkdir(built, 0o700) != 0, Errno.last != .exists { return .failure(.last) }
      built += "/"
    }
    return .success(())
  }

  public func rename(_ from: String, to: String) -> Result<Void, Errno> {
    retrying { Int(Glibc.rename(from, to)) }.map { _ in () }
  }

  /// Does not follow a symbolic link.
  public func changeOwner(_ path: String, user: UInt32, group: UInt32) -> Result<Void, Errno> {
    retrying { Int(lchown(path, user, group)) }.map { _ in () }
  }
}

extension FileStatus {
  init(_ raw: stat) {
    let type = raw.st_mode & S_IFMT
    self.init(
      kind: type == S_IFREG ? .regular : type == S_IFDIR ? .directory : .other,
      identity: FileIdentity(device: UInt64(raw.st_dev), inode: UInt64(raw.st_ino)),
      size: UInt64(max(0, raw.st_size)),
      modified: Int64(raw.st_mtim.tv_sec) * 1_000_000_000 + Int64(raw.st_mtim.tv_nsec),
      links: UInt64(raw.st_nlink))
  }
}
