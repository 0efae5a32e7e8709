import CLinux
import Glibc

/// The number of a failed system call, as in errno(3).
public struct Errno: Error, Equatable, Sendable, CustomStringConvertible {
  public let code: Int32

  public init(_ code: Int32) { self.code = code }

  /// What the calling thread's last system call left.
  static var last: Errno { Errno(clinux_errno()) }

  public static let noSuchFile = Errno(ENOENT)
  public static let interrupted = Errno(EINTR)
  public static let wouldBlock = Errno(EAGAIN)
  public static let noSpace = Errno(ENOSPC)
  public static let permissionDenied = Errno(EACCES)
  public static let tooManyOpenFiles = Errno(EMFILE)
  public static let notADirectory = Errno(ENOTDIR)
  public static let exists = Errno(EEXIST)
  public static let badMessage = Errno(EBADMSG)
  public static let invalidArgument = Errno(EINVAL)

  /// The system's words, such as "no such file or directory".
  public var description: String {
    var text = [CChar](repeating: 0, count: 128)
    return text.withUnsafeMutableBufferPointer { buffer in
      clinux_strerror(code, buffer.baseAddress!, buffer.count)
      return String(cString: buffer.baseAddress!).lowercased()
    }
  }
}

/// Calls until the call is not interrupted by a signal, and turns -1 into the error.
@inline(__always) func retrying(_ call: () -> Int) -> Result<Int, Errno> {
  while true {
    let got = call()
    if got >= 0 { return .success(got) }
    let error = Errno.last
    if error != .interrupted { return .failure(error) }
  }
}
