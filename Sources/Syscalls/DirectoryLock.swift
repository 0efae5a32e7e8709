import CLinux
import Glibc

/// Keeps two processes from working in one directory: flock(2) on a file in it. Held until the process ends.
public struct DirectoryLock: Sendable {
  private let descriptor: Int32

  /// - Throws: `Errno.wouldBlock` when another process holds it.
  public init(directory: String) throws(Errno) {
    switch retrying({ Int(clinux_open(directory + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)) }) {
    case .failure(let error): throw error
    case .success(let opened): descriptor = Int32(opened)
    }
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let error = Errno.last
      _ = Glibc.close(descriptor)
      throw error
    }
  }
}
