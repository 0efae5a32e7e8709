import CLinux
import Glibc

/// A thread of the operating system with a name, for work that blocks or owns much: readers, scanners.
public final class WorkerThread: @unchecked Sendable {
  // Sendable: `handle` is written before the object is shared, and then by `join` alone.
  private var handle: pthread_t?
  private final class Body {
    let name: String
    let run: @Sendable () -> Void
    init(_ name: String, _ run: @escaping @Sendable () -> Void) {
      self.name = name
      self.run = run
    }
  }

  /// - Parameter name: at most 15 bytes, seen in `top -H` and `perf`.
  public init(name: String, _ run: @escaping @Sendable () -> Void) throws(Errno) {
    let body = Unmanaged.passRetained(Body(name, run))
    var started = pthread_t()
    let status = pthread_create(
      &started, nil,
      { raw in
        let body = Unmanaged<Body>.fromOpaque(raw!).takeRetainedValue()
        clinux_name_thread(body.name)
        body.run()
        return nil
      }, body.toOpaque())
    if status != 0 {
      body.release()
      throw Errno(status)
    }
    handle = started
  }

  /// A thread that nobody joins gives back its stack when it ends.
  deinit { if let handle { pthread_detach(handle) } }

  /// How many threads can run at once: the processors that the process may run on, at least 1.
  public static var concurrent: Int { Int(clinux_processors()) }

  /// Waits until the thread has ended. Blocks: not for the cooperative pool.
  public func join() {
    if let handle { pthread_join(handle, nil) }
    handle = nil
  }
}

/// Memory of this process.
public enum ProcessMemory {
  /// Gives back the program's own pages: those that are used come back from its file, some hundred of them at most.
  public static func releaseProgram() { clinux_release_program() }

  /// Large blocks of the heap are given back when they are freed, for as long as the process runs.
  public static func returnLargeBlocks() { clinux_return_large_blocks() }

  /// Gives back what lies free in the heap. A few milliseconds.
  public static func trimHeap() { clinux_trim_heap() }
}

/// Limits of this process.
public enum ProcessLimits {
  /// Raises the soft limit of open files to the hard one; returns the limit now in force.
  @discardableResult public static func raiseOpenFiles() -> UInt64 {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return UInt64(limit.rlim_cur)
  }
}
