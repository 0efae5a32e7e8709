import Glibc
import Syscalls

/// Tells when anything in some directories changes. Those that are not there are looked for every few seconds.
final class DirectoryWatch: Sendable {
  private static let lookInterval: Int64 = 3_000_000_000

  private let wake: WakeUp
  private let stopping = StopFlag()
  private let thread: WorkerThread

  /// - Returns: `nil` when the system gives no descriptor or thread; the caller then has its interval alone.
  init?(directories: Set<String>, changed: @escaping @Sendable () -> Void) {
    guard let wake = try? WakeUp(), let poller = try? Poller(), let inotify = try? Inotify() else { return nil }
    self.wake = wake
    let stopping = stopping
    try? poller.add(wake.descriptor)
    try? poller.add(inotify.descriptor)
    let mask = Inotify.directoryChanges | UInt32(IN_CLOSE_WRITE)
    guard
      let thread = try? WorkerThread(
        name: "file_sd",
        {
          var watches: [Int32: String] = [:]
          while !stopping.isRaised {
            var isNew = false
            for directory in directories where !watches.values.contains(directory) {
              if case .success(let watch) = inotify.watch(directory, for: mask) {
                watches[watch] = directory
                isNew = true
              }
            }
            if isNew { changed() }
            poller.wait(nanoseconds: watches.count < directories.count ? Self.lookInterval : nil)
            wake.clear()
            var hasChanged = false
            inotify.drain { event in
              hasChanged = true
              if event.has(Inotify.ignored) || event.has(Inotify.moved) || event.has(Inotify.deleted) {
                watches[event.watch] = nil
              }
            }
            if hasChanged { changed() }
          }
          poller.close()
          inotify.close()
        })
    else { return nil }
    self.thread = thread
  }

  func close() {
    stopping.raise()
    wake.signal()
    thread.join()
    wake.close()
  }
}
