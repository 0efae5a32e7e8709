import CSystemd
import Synchronization

/// libsystemd, opened when the first journal is read. Hosts without it run everything else.
struct JournalLibrary: Sendable {
  /// Why it cannot be used.
  struct Failure: Error, CustomStringConvertible {
    /// The loader's words.
    var reason: String

    var description: String {
      "the journal is read through libsystemd.so.0, which is not here (\(reason)): install the package libsystemd0 "
        + "(Debian, Ubuntu) or systemd-libs (Fedora, RHEL, Arch), or use an image that has it"
    }
  }

  /// Of a library that is never closed.
  let functions: csystemd_journal

  private static let opened = Mutex<JournalLibrary?>(nil)

  /// A failure is not remembered: the package may be installed while the agent runs.
  static func open() throws(Failure) -> JournalLibrary {
    let known = opened.withLock { $0 }
    if let known { return known }
    let new = try open(file: "libsystemd.so.0")
    opened.withLock { $0 = new }
    return new
  }

  static func open(file: String) throws(Failure) -> JournalLibrary {
    var functions = csystemd_journal()
    var why = [CChar](repeating: 0, count: 256)
    guard csystemd_load(file, &functions, &why, why.count) else {
      throw Failure(reason: String(decoding: why.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
    return JournalLibrary(functions: functions)
  }
}
