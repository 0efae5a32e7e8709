import CLinux
import Glibc

/// Changes of files and directories: inotify(7). Used by one thread.
public struct Inotify: Sendable {
  public struct Event: Sendable {
    public var watch: Int32
    public var mask: UInt32
    /// The name in a watched directory; empty for a watched file.
    public var name: String

    public func has(_ bit: UInt32) -> Bool { mask & bit != 0 }
  }

  /// A file grew or shrank, was renamed, deleted, or lost a name.
  public static let fileChanges = UInt32(IN_MODIFY | IN_MOVE_SELF | IN_DELETE_SELF | IN_ATTRIB)
  /// Names came to or left a directory.
  public static let directoryChanges = UInt32(
    IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
  public static let modified = UInt32(IN_MODIFY)
  public static let moved = UInt32(IN_MOVE_SELF)
  public static let deleted = UInt32(IN_DELETE_SELF)
  public static let appeared = UInt32(IN_CREATE | IN_MOVED_TO)
  public static let isDirectory = UInt32(IN_ISDIR)
  /// The watch is gone: its file was deleted or its file system unmounted.
  public static let ignored = UInt32(IN_IGNORED)
  /// The kernel's queue was full; events were lost and everything must be looked at again.
  public static let overflow = UInt32(IN_Q_OVERFLOW)

  /// An event with the longest name: bytes.
  private static let longest = MemoryLayout<inotify_event>.size + Int(NAME_MAX) + 1

  public let descriptor: Int32

  public init() throws(Errno) {
    descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
    if descriptor < 0 { throw .last }
  }

  public func watch(_ path: String, for mask: UInt32) -> Result<Int32, Errno> {
    retrying { Int(inotify_add_watch(descriptor, path, mask)) }.map { Int32($0) }
  }

  /// Watches the very file that is open, whatever its name has become.
  public func watch(_ file: FileHandle) -> Result<Int32, Errno> {
    watch("/proc/self/fd/\(file.descriptor)", for: Self.fileChanges)
  }

  public func remove(_ watch: Int32) { inotify_rm_watch(descriptor, watch) }

  /// Hands over every event that is there, without waiting.
  public func drain(_ body: (Event) -> Void) {
    withUnsafeTemporaryAllocation(byteCount: 65536, alignment: 8) { buffer in
      var got = buffer.count
      // The kernel gives as many as fit: where another one would have fitted, there was none.
      while got > buffer.count - Self.longest {
        got = read(descriptor, buffer.baseAddress, buffer.count)
        if got <= 0 { return }
        var offset = 0
        while offset < got {
          let header = buffer.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
          let nameStart = offset + MemoryLayout<inotify_event>.size
          var name = ""
          if header.len > 0 {
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[nameStart..<nameStart + Int(header.len)])
            name = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
          }
          body(Event(watch: header.wd, mask: header.mask, name: name))
          offset = nameStart + Int(header.len)
        }
      }
    }
  }

  public func close() { _ = Glibc.close(descriptor) }
}
