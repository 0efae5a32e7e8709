public import Syscalls

/// The readers of the process, each with a thread, and the way to speak to them.
public final class ReaderPool: Sendable {
  public let inboxes: [ReaderInbox]
  private let threads: [WorkerThread]

  /// - Parameter count: readers; each is given `setup` with its own inbox.
  public init(count: Int, setup: (ReaderInbox) -> ReaderSetup) throws(Errno) {
    var inboxes: [ReaderInbox] = []
    var threads: [WorkerThread] = []
    for number in 0..<count {
      let inbox = try ReaderInbox()
      let own = setup(inbox)
      inboxes.append(inbox)
      threads.append(
        try WorkerThread(name: "reader-\(number)") {
          var reader = Reader(setup: own, inbox: inbox)
          reader.run()
        })
    }
    self.inboxes = inboxes
    self.threads = threads
  }

  /// Nothing more is read; what is in hand goes to the queues.
  public func drain() async {
    for inbox in inboxes {
      await withCheckedContinuation { continuation in inbox.put(.drain { continuation.resume() }) }
    }
  }

  /// Reports positions and ends the threads. Blocks.
  public func finish() {
    for inbox in inboxes { inbox.put(.finish) }
    for thread in threads { thread.join() }
  }
}
